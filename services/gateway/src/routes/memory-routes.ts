import { ROUTES } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import type { EpisodeFilter, Memory, MemoryScope, MemoryView, RecalledMemory } from '@waggle/memory'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { memoryJson } from '../json/memory-json.ts'
import { authorize, type Principal } from '../principal.ts'
import { readScope, type ReadScope } from '../read-scope.ts'
import { readAs, readersOf } from '../readers-of.ts'
import type { Speaker } from '../sessions.ts'
import { unknown } from './coordination-routes.ts'

const LIMIT = 100
const EPISODES: readonly string[] = ['experience', 'observation', 'decision', 'outcome', 'signal']

type EpisodeKinds = NonNullable<EpisodeFilter['kinds']>
type Kinds = readonly Memory['kind'][]

/** What is remembered, read through the rights of who asks. */
export function bindMemoryRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { bus, readers, sessions } = parts
  bindRoute(app, ROUTES.recall, async ({ params, query, body, principal }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const { agent, min_trust: minTrust, kinds, limit = 10, text, record, ...bounds } = body
    const as = readersOf(principal, agent)
    const recorded = record === true ? recorderOf(principal, scope, agent) : undefined
    const trustOf = minTrust === undefined ? undefined : await trustIn(scope)
    const question = {
      text,
      limit,
      ...defined(bounds),
      ...(kinds === undefined ? {} : { kinds: kinds as Kinds }),
      ...(minTrust === undefined || trustOf === undefined ? {} : { minTrust, trustOf }),
    }
    return scope.view('memory', async (view) => {
      const memories =
        recorded === undefined
          ? await readAs(as, (reader) => view.recall(scope, { ...question, ...reader }), byScore)
          : (await sessions.agent(recorded).recall({ ...question, record: true })).memories
      return memories.slice(0, limit).map((memory) => jsonOf(view, scope, memory))
    })
  })
  bindRoute(app, ROUTES.memories, async ({ params, query, principal }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const { namespace, agent: source, kind, limit = LIMIT } = query
    const filter = { ...defined({ namespace, source }), limit }
    return scope.view('memory', async (view) => {
      const memories = await readAs(
        readersOf(principal, query.as),
        (reader) => newestOf(view, scope, { ...filter, ...reader }, kind),
        byNewest,
      )
      return memories.slice(0, limit).map((memory) => jsonOf(view, scope, memory))
    })
  })
  bindRoute(app, ROUTES.memory, async ({ params, query, principal }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const id = params['id']!
    return scope.view('memory', async (view) => {
      for (const agent of readersOf(principal, query.as)) {
        const read = defined({ agent })
        const found =
          (await view.readEpisode(scope, id, read)) ??
          view.statement(scope, query.namespace, id, read)
        if (found !== undefined) return jsonOf(view, scope, found)
      }
      throw unknown('memory', id)
    })
  })
}

/** Newest first, whether it happened or was stated. */
async function newestOf(
  view: MemoryView,
  scope: MemoryScope,
  filter: { readonly namespace?: string; readonly source?: string; readonly limit: number },
  kind: string | undefined,
): Promise<Memory[]> {
  const isEpisode = kind !== undefined && EPISODES.includes(kind)
  const kinds = kind === undefined ? {} : { kinds: [kind] as unknown as EpisodeKinds & Kinds }
  const episodes =
    kind === undefined || isEpisode ? await view.episodes(scope, { ...filter, ...kinds }) : []
  const statements = isEpisode ? [] : view.statements(scope, { ...filter, ...kinds })
  if (statements.length === 0) return episodes
  return [...episodes, ...statements].sort(byNewest).slice(0, filter.limit)
}

function byScore(a: RecalledMemory, b: RecalledMemory): number {
  return b.score - a.score
}

/** Who is noted to have known it. INPUT_INVALID for nobody, and for a question about the past, which nobody asked then. */
function recorderOf(principal: Principal, scope: ReadScope, agent: string | undefined): Speaker {
  const { swarm, run, asOf } = scope
  if (agent === undefined || asOf !== undefined)
    throw new WaggleError('INPUT_INVALID', 'What is recorded an agent asks, and asks now', {
      field: 'record',
    })
  authorize(principal, { verb: 'remember', swarm, agent })
  return { swarm, agent, run }
}

function byNewest(a: Memory, b: Memory): number {
  return b.event.occurred_at - a.event.occurred_at || (a.event.id < b.event.id ? 1 : -1)
}

function jsonOf(view: MemoryView, scope: MemoryScope, memory: Memory) {
  return memoryJson(memory, view.standing(scope, memory.id))
}

/** Weights that agents have earned; who has none counts as 0. */
async function trustIn(scope: ReadScope): Promise<(source: string) => number | undefined> {
  const { data } = await scope.view('coordination', (view) => view.members(scope, {}))
  const weights = new Map(
    data.map(({ agent, weight, learned }) => {
      return [agent, learned?.weight ?? weight]
    }),
  )
  return (source) => weights.get(source)
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
