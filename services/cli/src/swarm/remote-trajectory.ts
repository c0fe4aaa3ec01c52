import type { KnownEventJson } from '@waggle/api'
import { isoOf, WaggleError } from '@waggle/base'
import { GatewayError } from '@waggle/client'
import type { CommandDeps } from '../program/command.ts'
import { printJson } from '../program/print.ts'
import type { Session } from './session.ts'

type Scoped = Session & { readonly swarm: string }

export interface RemoteWanted {
  readonly name: string
  readonly asOf: number | undefined
  readonly tree: boolean
  readonly json: boolean
}

const PAGE = 1000

/** The same as of a log, asked of a gateway. */
export async function remoteTrajectory(
  { name, asOf, tree, json }: RemoteWanted,
  session: Scoped,
  deps: CommandDeps,
): Promise<number> {
  const question = questionOf(session, asOf)
  if (tree) {
    const { data } = await session.client.call('causation', { ...question, id: name })
    if (json) printJson(deps, data)
    else {
      const lines = [
        ...data.causes.map((known) => lineOf(known, '< ')),
        lineOf(data.event),
        ...data.effects.map((known) => lineOf(known, '  ')),
      ]
      deps.out.write(`${lines.join('\n')}\n`)
    }
    return 0
  }
  for await (const known of eventsOf(session, question, name))
    deps.out.write(json ? `${JSON.stringify(known)}\n` : `${lineOf(known)}\n`)
  return 0
}

type Question = ReturnType<typeof questionOf>

function questionOf({ swarm, run }: Scoped, asOf: number | undefined) {
  return {
    swarm,
    ...(run === undefined ? {} : { run }),
    ...(asOf === undefined ? {} : { as_of: String(asOf) }),
  }
}

/** The first meaning of the name that has events. */
async function* eventsOf(
  { client, swarm }: Scoped,
  question: Question,
  name: string,
): AsyncGenerator<KnownEventJson> {
  const known = await client.call('event', { ...question, id: name }).catch(unlessNotFound)
  const trajectory = known?.data.event.trajectory
  if (trajectory === null) return yield known!.data
  const terms =
    trajectory === undefined
      ? [{ trajectory: name }, { agent: name }, { proposal: name }]
      : [{ trajectory }]
  for (const term of terms) {
    let found = 0
    let resume: string | null = null
    do {
      const page: { resume?: string } = resume === null ? {} : { resume }
      const { data } = await client.call('trajectory', {
        ...question,
        ...term,
        ...page,
        limit: PAGE,
      })
      yield* data.events
      found += data.events.length
      resume = data.next
    } while (resume !== null)
    if (found > 0) return
  }
  const what = `No trajectory, event, agent or proposal ${name} in ${swarm}`
  throw new WaggleError('NOT_FOUND', what, { input: name })
}

function unlessNotFound(error: unknown): undefined {
  // A name that is no id at all is refused as one: it may be that of an agent.
  const isNone = error instanceof GatewayError && [400, 404, 422].includes(error.problem.status)
  if (!isNone) throw error
}

function lineOf({ event, position, known_from: known, late }: KnownEventJson, indent = ''): string {
  const time = `${isoOf(known)}${late ? '*' : ' '}`
  return `${time} ${indent}${event.kind.padEnd(16)} ${event.agent}  ${event.id}  ${position}`
}
