import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { derivedId, eventId, type Agent, type Verdict } from '@waggle/event'
import { resultEnvelope } from './result-fields.ts'
import { COORDINATOR, countsAllButForks } from './result-events.ts'
import {
  emptyWeights,
  WEIGHT_RULE,
  weighVerdict,
  type AgentWeight,
  type WeightState,
} from './weigh-agents.ts'

/**
 * Weights rest on verdicts of several partitions. They are taken in the order of knowing (known_from,
 * partition, offset), and only those known before every partition's watermark of the run: nothing can come in
 * between any more. So what is said, and in which order, is a function of the log, whoever says it and
 * however the log was read; ticks keep idle partitions from holding it up.
 */
export interface WeighingState {
  readonly runs: Map<string, RunWeights>
}

interface RunWeights {
  /** By partition. */
  readonly watermarks: Map<number, Micros>
  /** Verdicts known before have been taken. */
  takenBefore: Micros
  /** Verdicts not yet taken. */
  waiting: KnownEvent[]
  readonly bySwarm: Map<string, { readonly weights: WeightState; said: number }>
}

const TTL_MS = 30_000

export function emptyWeighing(): WeighingState {
  return { runs: new Map() }
}

/**
 * Takes events of one partition, in its order; returns the WEIGHTED events they bring about.
 *
 * @param partitions How many partitions verdicts have.
 */
export function foldWeights(
  state: WeighingState,
  partitions: number,
  events: readonly KnownEvent[],
): Agent[] {
  const touched = new Set<RunWeights>()
  for (const known of events) {
    if (!countsAllButForks(known.event.run)) continue
    const run = runOf(state, known.event.run ?? '')
    run.watermarks.set(known.position.partition, known.knownFrom)
    if (known.event.kind === 'verdict') run.waiting.push(known)
    touched.add(run)
  }
  return [...touched].flatMap((run) => takeSealed(run, partitions))
}

/** Partitions that hold up a verdict of the live run known before `by`: a tick in them lets it count. */
export function idlePartitions({ runs }: WeighingState, partitions: number, by: Micros): number[] {
  const live = runs.get('')
  const known = live?.waiting.map(({ knownFrom }) => knownFrom) ?? []
  const first = known.reduce((least, next) => Math.min(least, next), Infinity)
  if (live === undefined || first >= by) return []
  return Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => (live.watermarks.get(partition) ?? -Infinity) <= first,
  )
}

/** The state in an order that does not depend on which partition was read first. */
export function plainWeighing({ runs }: WeighingState): unknown {
  return [...runs].sort(byName).map(([name, { watermarks, waiting, bySwarm }]) => ({
    name,
    watermarks: [...watermarks].sort(([a], [b]) => a - b),
    waiting: [...waiting].sort(compareKnown).map(({ position }) => position),
    bySwarm: [...bySwarm].sort(byName),
  }))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function runOf({ runs }: WeighingState, name: string): RunWeights {
  const run = runs.get(name) ?? {
    watermarks: new Map(),
    takenBefore: -Infinity,
    waiting: [],
    bySwarm: new Map(),
  }
  runs.set(name, run)
  return run
}

function takeSealed(run: RunWeights, partitions: number): Agent[] {
  if (run.watermarks.size < partitions) return []
  const sealedBefore = Math.min(...run.watermarks.values())
  if (sealedBefore === run.takenBefore) return []
  run.takenBefore = sealedBefore
  const sealed = run.waiting.filter(({ knownFrom }) => knownFrom < sealedBefore)
  run.waiting = run.waiting.filter(({ knownFrom }) => knownFrom >= sealedBefore)
  return sealed.sort(compareKnown).flatMap((known) => takeVerdict(run, known) ?? [])
}

function takeVerdict({ bySwarm }: RunWeights, { event, knownFrom }: KnownEvent): Agent | undefined {
  const verdict = event as Verdict
  const swarm = bySwarm.get(verdict.swarm) ?? { weights: emptyWeights(), said: 0 }
  bySwarm.set(verdict.swarm, swarm)
  const weight = weighVerdict(swarm.weights, verdict)
  return weight === undefined ? undefined : weighted(verdict, knownFrom, weight, ++swarm.said)
}

/** The seq-th weight said in a swarm and run; the same one always has the same bytes. */
function weighted(
  verdict: Verdict,
  knownFrom: Micros,
  { agent: subject, weight, evidence }: AgentWeight,
  seq: number,
): Agent {
  const envelope = resultEnvelope(verdict, verdict.id, knownFrom)
  const session = derivedId(JSON.stringify([WEIGHT_RULE, verdict.swarm, verdict.run]))
  return {
    kind: 'agent',
    ...envelope,
    id: eventId(session, seq, envelope.known_at),
    agent: COORDINATOR,
    session,
    seq,
    op: 'WEIGHTED',
    role: '',
    capabilities: [],
    weight,
    ttl_ms: TTL_MS,
    subject_agent: subject,
    rule: WEIGHT_RULE,
    evidence,
  }
}

function compareKnown(a: KnownEvent, b: KnownEvent): number {
  return (
    a.knownFrom - b.knownFrom ||
    a.position.partition - b.position.partition ||
    Number(a.position.offset - b.position.offset)
  )
}
