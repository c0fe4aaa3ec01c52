import { nothingHangs, nothingUnsaid } from './check-liveness.ts'
import { eachResultOnce, equalsRecount, nothingLost, replicasAgree } from './check-log.ts'
import { noStaleWrite, oneHolder } from './check-locks.ts'
import { noLostUpdate } from './check-memory.ts'
import {
  forksBegin,
  positionsStand,
  replaysResume,
  sealedStands,
  snapshotsAgree,
} from './check-past.ts'
import { alarmsRing } from './check-signals.ts'
import { endsOnTime, timeOnlyPasses } from './check-time.ts'
import { everyVoteShows, quorumArithmetic } from './check-votes.ts'
import { FAULTS, type Fault } from './faults.ts'
import type { History } from './history.ts'
import { simulate } from './simulate.ts'
import type { SimulationOptions } from './world.ts'

/** What must be true of every history; each gives a line for every violation. */
export const CHECKERS = {
  oneHolder,
  noStaleWrite,
  replicasAgree,
  equalsRecount,
  eachResultOnce,
  everyVoteShows,
  quorumArithmetic,
  noLostUpdate,
  alarmsRing,
  timeOnlyPasses,
  endsOnTime,
  nothingHangs,
  nothingUnsaid,
  nothingLost,
  sealedStands,
  positionsStand,
  snapshotsAgree,
  replaysResume,
  forksBegin,
} as const
export type Checker = keyof typeof CHECKERS

export function check(history: History): { readonly checker: Checker; readonly lines: string[] }[] {
  return (Object.keys(CHECKERS) as Checker[])
    .map((checker) => ({ checker, lines: CHECKERS[checker](history) }))
    .filter(({ lines }) => lines.length > 0)
}

/** Runs a seed and checks it; throws with the seed, the faults it needs, and the command that replays it. */
export async function checkSeed(seed: number, options: SimulationOptions = {}): Promise<History> {
  const history = await simulate(seed, options).catch((cause: unknown) => {
    throw new Error(`Seed ${seed} came to no end`, { cause })
  })
  const broken = check(history)
  if (broken.length === 0) return history
  const [{ checker }] = broken as [(typeof broken)[0]]
  const faults = await shrink(seed, checker, { ...options, faults: new Set(history.faults) })
  const lines = broken.flatMap((one) =>
    one.lines.slice(0, 3).map((line) => `${one.checker}: ${line}`),
  )
  throw new Error(
    [
      `Seed ${seed} breaks ${broken.map((one) => one.checker).join(', ')}`,
      ...lines,
      `It takes these faults: ${faults.join(', ') || 'none'}`,
      replayCommand(seed, faults),
    ].join('\n'),
  )
}

export function replayCommand(seed: number, faults: readonly Fault[]): string {
  const run = 'node infra/bootstrap/run.mjs vitest run test/simulation'
  return `WAGGLE_SEED=${seed} WAGGLE_FAULTS=${faults.join(',') || 'none'} ${run}`
}

/** Leaves out each fault without which the same checker still finds something. */
async function shrink(
  seed: number,
  checker: Checker,
  options: SimulationOptions & { readonly faults: ReadonlySet<Fault> },
): Promise<Fault[]> {
  let needed = new Set(options.faults)
  for (const fault of FAULTS) {
    if (!needed.has(fault)) continue
    const fewer = new Set([...needed].filter((one) => one !== fault))
    const history = await simulate(seed, { ...options, faults: fewer })
    if (CHECKERS[checker](history).length > 0) needed = fewer
  }
  return [...needed]
}
