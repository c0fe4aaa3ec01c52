import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createFileSnapshots, type KeptProjection, type Snapshots } from '@waggle/consume'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import type { HotProjection } from '@waggle/view-hot'
import { runWaggle } from '@waggle-services/cli'
import {
  openEmbeddedBus,
  type EmbeddedBus,
  type EmbeddedConfigInput,
} from '@waggle-services/embedded'

export const SCOPE = { swarm: 'hive', run: null }
const WAIT_MS = 30_000

export function openBus(
  dataDir: string,
  memory: EmbeddedConfigInput['memory'] = {},
): Promise<EmbeddedBus> {
  return openEmbeddedBus(
    { dataDir, analytics: 'off', tickMs: 0, memory },
    { clock: systemClock(), logger: silentLogger },
  )
}

/** Some of everything that hot view, coordination and memory keep. */
export async function act(bus: EmbeddedBus, session: string, rounds = 4): Promise<void> {
  const emitter = bus.emitter({ swarm: 'hive', agent: 'ann', session })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'trader', weight: 1 })
  await bus.caughtUp(WAIT_MS)
  for (let round = 0; round < rounds; round++) {
    const proposal = `${session}-${round}`
    const electorate = [{ agent: 'ann', weight: 1 }]
    await emitter.emitAll([
      { kind: 'decision', action: proposal, context: '', reasoning: '', confidence: 1 },
      { kind: 'proposal', proposal, question: '?', electorate, deadline_at: 4e15 },
      { kind: 'vote', proposal, choice: 'approve', confidence: 1, reasoning: '' },
      { kind: 'fact', namespace: 'ann', entity: proposal, attribute: 'n', value: `${round}` },
    ])
  }
  await bus.caughtUp(WAIT_MS)
}

/** A bus that lived and was stopped. */
export async function lived(data: string, session: string, rounds?: number): Promise<void> {
  const bus = await openBus(data)
  await act(bus, session, rounds)
  await bus.stop()
}

export interface Said {
  readonly code: number
  readonly view?: string
  readonly built?: { readonly records: number; readonly refused: number }
  readonly differences?: number
  readonly shown?: readonly { readonly is: string; readonly key: string }[]
  readonly switched?: boolean
  readonly dropped?: number
}

/** `waggle rebuild VIEW …` as its `--json` says. */
export async function rebuild(data: string, view: string, ...argv: string[]): Promise<Said> {
  let text = ''
  const out = { write: (more: string) => void (text += more) }
  const code = await runWaggle(['rebuild', view, '--data', data, '--json', ...argv], {}, out)
  return { code, ...(JSON.parse(text) as Omit<Said, 'code'>) }
}

/** Lets somebody at what a view has put away: the newest is loaded, and what is given back takes the place of all. */
export async function tamper<P extends KeptProjection>(
  data: string,
  projection: P,
  change: (projection: P) => KeptProjection,
): Promise<void> {
  await withSnapshots(data, async (snapshots) => {
    if ((await snapshots.restore(projection)) === undefined) throw new Error('Nothing is stored')
    await snapshots.drop(projection.name)
    await snapshots.save(change(projection))
  })
}

/** One agent's role is other than the log says. */
export function forgeRole(projection: HotProjection): HotProjection {
  const [ann] = projection.view.agents(SCOPE)
  Object.assign(ann!.event, { role: 'forged' })
  return projection
}

/** What a start of the bus would take up. */
export async function stored<P extends KeptProjection>(data: string, projection: P): Promise<P> {
  await withSnapshots(data, async (snapshots) => {
    if ((await snapshots.restore(projection)) === undefined) throw new Error('Nothing is stored')
  })
  return projection
}

async function withSnapshots(
  data: string,
  use: (snapshots: Snapshots) => Promise<void>,
): Promise<void> {
  const clock = systemClock()
  const log = await openLmdbLog({ path: join(data, 'log'), topics: PARTITIONS, clock })
  try {
    await createCodec(createLogRegistry({ log })).register()
    await use(createFileSnapshots({ folder: join(data, 'snapshots'), log, logger: silentLogger }))
  } finally {
    await log.close()
  }
}
