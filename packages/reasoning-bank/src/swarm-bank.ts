import type { Micros } from '@waggle/base'
import type { Erasure, Pattern, Position, Quarantine } from '@waggle/event'
import type { BankConfig } from './bank-config.ts'
import { emptyLearned, learn, type Counts, type Learned } from './learned.ts'
import { patternEvent, type Cause } from './pattern-event.ts'
import { newPattern, type Change, type PatternState } from './pattern-state.ts'
import { trialOf, type Input, type OpenTrial, type Result, type Trial } from './trajectory.ts'

/** What is taken, one by one, in known order. */
export type SealedItem = Input | OpenTrial | Result | Compensation

export interface Compensation {
  readonly kind: 'compensation'
  readonly at: Micros
  readonly position: Position
  readonly event: Quarantine | Erasure
}

/** The bank of one swarm in one run. */
export interface SwarmBank {
  readonly swarm: string
  readonly run: string | null
  /** Newest inputs, in two generations: when the newer one is full, the older one is forgotten. */
  inputs: { newer: Map<string, Input>; older: Map<string, Input> }
  /** Everything to learn from, in known order. */
  journal: (Trial | Result)[]
  readonly compensations: Compensation[]
  learned: Learned
  /** Whose word counts now. */
  counts: Counts
  readonly erased: Set<string>
  /** What was said of each pattern. */
  readonly said: Map<string, Said>
  /** Recalls that gave the pattern, by when they were known. */
  readonly accesses: Map<string, Micros[]>
  saidCount: number
  /** Known time of the last item taken. */
  takenAt: Micros
  /** The last question about the past, to go on from. */
  past: { readonly asOf: Micros; readonly next: number; readonly learned: Learned } | undefined
}

export interface Said {
  readonly pattern: PatternState
  readonly status: Change['status']
  /** Known times of all that was said of it. */
  readonly times: readonly Micros[]
}

export function newSwarmBank(swarm: string, run: string | null): SwarmBank {
  return {
    swarm,
    run,
    inputs: { newer: new Map(), older: new Map() },
    journal: [],
    compensations: [],
    counts: () => true,
    learned: emptyLearned(),
    erased: new Set(),
    said: new Map(),
    accesses: new Map(),
    saidCount: 0,
    takenAt: 0,
    past: undefined,
  }
}

/** Takes an item in place; returns what is to be said because of it. */
export function takeItem(bank: SwarmBank, item: SealedItem, config: BankConfig): Pattern[] {
  bank.takenAt = item.at
  if (item.kind === 'input') {
    keepInput(bank, item, config)
    return []
  }
  if (item.kind === 'compensation') return compensate(bank, item, config)
  const entry = item.kind === 'decision' ? trialOf(item, findInput(bank, config, item.at)) : item
  bank.journal.push(entry)
  const cause = { id: item.id, at: item.at }
  return learn(bank.learned, entry, bank.counts, config).map((change) =>
    say(bank, change, cause, config),
  )
}

/** All that was learned of what was known at `asOf`, by the compensations known then; erasures hold for all times. */
export function learnedAsOf(bank: SwarmBank, asOf: Micros, config: BankConfig): Learned {
  if (asOf >= bank.takenAt) return bank.learned
  const { journal, past } = bank
  const counts = countsAt(bank, asOf)
  const goOn =
    past !== undefined &&
    past.asOf <= asOf &&
    !bank.compensations.some(({ at }) => at > past.asOf && at <= asOf)
  const learned = goOn ? past.learned : emptyLearned()
  let next = goOn ? past.next : 0
  for (; next < journal.length && journal[next]!.at <= asOf; next++) {
    learn(learned, journal[next]!, counts, config)
  }
  bank.past = { asOf, next, learned }
  return learned
}

function keepInput(bank: SwarmBank, input: Input, { inputs: { most } }: BankConfig): void {
  if (bank.inputs.newer.size >= most) bank.inputs = { newer: new Map(), older: bank.inputs.newer }
  bank.inputs.newer.set(input.id, input)
}

function findInput(
  { inputs: { newer, older } }: SwarmBank,
  config: BankConfig,
  by: Micros,
): (id: string) => Input | undefined {
  return (id) => {
    const input = newer.get(id) ?? older.get(id)
    const forgotten = by - config.inputs.keptMs * 1000
    return input !== undefined && input.at >= forgotten ? input : undefined
  }
}

/** Draws every lesson again without what does not count any more, and says where that makes a difference. */
function compensate(bank: SwarmBank, item: Compensation, config: BankConfig): Pattern[] {
  const { event, at } = item
  bank.compensations.push(item)
  if (event.kind === 'erasure') {
    if (bank.erased.has(event.erased)) return []
    bank.erased.add(event.erased)
    forgetErased(bank)
  }
  trustNow(bank)
  bank.past = undefined
  bank.learned = emptyLearned()
  for (const entry of bank.journal) learn(bank.learned, entry, bank.counts, config)
  const why =
    event.kind === 'erasure'
      ? 'drawn again after an erasure'
      : `drawn again ${event.lifted ? 'with' : 'without'} ${event.quarantined}`
  return differences(bank, why).map((change) => say(bank, change, { id: event.id, at }, config))
}

function differences({ said, learned }: SwarmBank, reason: string): Change[] {
  const changes: Change[] = []
  const add = (pattern: PatternState, status: Change['status']): void => {
    const evidence = Math.exp(Math.min(690, pattern.hypothesis?.logEvidence ?? 0))
    changes.push({ pattern, status, reason, evidence, level: 0 })
  }
  for (const [id, { status, pattern: before }] of said) {
    const now = learned.patterns.get(id)
    const nothing = newPattern(before.domain, before.situation, before.action)
    const next = now === undefined || now.status === 'OBSERVED' ? 'DEMOTED' : now.status
    if (next !== status) add(now ?? nothing, next)
  }
  for (const [id, pattern] of learned.patterns) {
    if (pattern.status !== 'OBSERVED' && !said.has(id)) add(pattern, pattern.status)
  }
  return changes.sort((a, b) => (a.pattern.id < b.pattern.id ? -1 : 1))
}

function say(bank: SwarmBank, change: Change, cause: Cause, config: BankConfig): Pattern {
  const { pattern, status } = change
  const times = [...(bank.said.get(pattern.id)?.times ?? []), cause.at]
  bank.said.set(pattern.id, { pattern, status, times })
  return patternEvent(bank, change, cause, { version: times.length, seq: ++bank.saidCount }, config)
}

/** Sets whose word counts now, from the compensations. */
export function trustNow(bank: SwarmBank): void {
  if (bank.compensations.length > 0) bank.counts = countsAt(bank, Infinity)
}

/** Whose word counts for answers about a time. */
function countsAt(bank: SwarmBank, asOf: Micros): Counts {
  const since = new Map<string, Micros>()
  for (const { at, event } of bank.compensations) {
    if (at > asOf || event.kind !== 'quarantine') continue
    if (event.lifted) since.delete(event.quarantined)
    else since.set(event.quarantined, event.since)
  }
  return ({ agent, at, subject }) => {
    const distrusted = since.size > 0 && at >= (since.get(agent) ?? Infinity)
    return !distrusted && (subject === null || !isErased(bank, subject))
  }
}

function isErased({ erased }: SwarmBank, subject: string): boolean {
  return erased.size > 0 && subject.split(',').some((one) => erased.has(one.trim()))
}

/** What was said of an erased subject is dropped; of an outcome only that there was one is left. */
function forgetErased(bank: SwarmBank): void {
  const gone = ({ subject }: { readonly subject: string | null }): boolean =>
    subject !== null && isErased(bank, subject)
  for (const kept of Object.values(bank.inputs)) {
    for (const [id, input] of kept) if (gone(input)) kept.delete(id)
  }
  bank.journal = bank.journal
    .filter((entry) => entry.kind === 'result' || !gone(entry))
    .map((entry) => {
      if (entry.kind === 'result')
        return gone(entry) ? { ...entry, value: 0, success: false } : entry
      const inputs = entry.inputs.filter((input) => !gone(input))
      return inputs.length === entry.inputs.length ? entry : { ...entry, inputs }
    })
}
