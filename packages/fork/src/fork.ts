import { WaggleError, type Clock, type Micros } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createEmitter } from '@waggle/emit'
import { derivedId, FORK_RUN_PREFIX, isForkRun, parsePosition, type Fork } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { changeText, type Change } from './change.ts'
import { cutOf, forksOf, lineageOf } from './find-lineage.ts'
import { cutAt, type ForkPoint } from './fork-point.ts'
import { forkLineage, type Lineage, type Offsets } from './lineage.ts'
import { createRunLog } from './run-log.ts'

export interface ForkOptions {
  readonly bus: { readonly log: EventLog; readonly codec: Codec; readonly clock: Clock }
  readonly swarm: string
  /** Run it leaves; null is live. */
  readonly parent: string | null
  /** Its own run; begins with `fork:`. */
  readonly run: string
  readonly from: ForkPoint
  readonly change?: Change
  /** Who makes it. */
  readonly agent?: string
  readonly seed?: number
}

export interface ForkedRun {
  readonly swarm: string
  readonly run: string
  readonly parent: string | null
  readonly lineage: Lineage
  /** First offset of the parent that the fork does not have. */
  readonly cut: Offsets
  /** The time it leaves at; undefined where positions say it. */
  readonly at: Micros | undefined
  readonly change: Change
  readonly seed: number
}

/**
 * A run that begins with all that its parent knew at a point. Its beginning stays where it stands in the log;
 * what makes it one is a single event, of its own run, that names parent and cut. The same fork made again
 * is the same. INPUT_INVALID for a run under that name that begins elsewhere, or a name that is no fork's.
 */
export async function fork(options: ForkOptions): Promise<ForkedRun> {
  const { bus, swarm, parent, run, from, change = { is: 'nothing' }, seed = 0 } = options
  if (!isForkRun(run) || run.length === FORK_RUN_PREFIX.length) {
    const what = `The run of a fork begins with ${FORK_RUN_PREFIX}, got ${run}`
    throw new WaggleError('INPUT_INVALID', what, { field: 'run', input: run })
  }
  const parentLineage = await lineageOf(bus, swarm, parent)
  if (!(await forksOf(bus, swarm)).has(run)) {
    // Other swarms move the clock of a run that is no fork, so what it knew when is found in the whole log.
    const log = isForkRun(parent) ? createRunLog({ log: bus.log, lineage: parentLineage }) : bus.log
    await sayFork(options, await cutAt({ codec: bus.codec, log, swarm, run: parent }, from))
  }
  // Whoever was first has said where it begins.
  const said = (await forksOf(bus, swarm)).get(run)!
  checkSame(said, options)
  const cut = cutOf(said)
  const lineage = forkLineage(parentLineage, run, cut)
  return { swarm, run, parent, lineage, cut, at: said.at ?? undefined, change, seed }
}

async function sayFork(
  {
    bus,
    swarm,
    parent,
    run,
    from,
    change = { is: 'nothing' },
    agent = 'fork',
    seed = 0,
  }: ForkOptions,
  cut: Offsets,
): Promise<void> {
  const session = derivedId(`fork/${swarm}/${run}`)
  const emitter = createEmitter({ ...bus, swarm, run, agent, session })
  await emitter.emit({
    kind: 'fork',
    parent_run: parent,
    at: 'at' in from ? from.at : null,
    positions: [...cut].map(([name, offset]) => {
      const { topic, partition } = parsePosition(`${name}@0`)!
      return { topic, partition, offset: Number(offset) }
    }),
    change: changeText(change),
    seed,
  })
}

/** A fork is not moved: what its agents said rests on where it began. */
function checkSame(
  known: Fork,
  { run, parent, from, change = { is: 'nothing' }, seed = 0 }: ForkOptions,
): void {
  const differs =
    known.parent_run !== parent ||
    known.change !== changeText(change) ||
    known.seed !== seed ||
    ('at' in from && known.at !== from.at)
  if (!differs) return
  throw new WaggleError('INPUT_INVALID', `There is a fork ${run} already, and it is another`, {
    field: 'run',
    input: run,
  })
}
