import type { Micros } from '@waggle/base'
import type { Acknowledgment, AckStatus, Signal } from '@waggle/event'

/**
 * Signals and what others did about them, as a pure function of the order of one partition (an agent's
 * signals and all acknowledgments of them share one).
 *
 * - A signal is active from its record until `ttl_ms` of log time after it counted as known.
 * - It is addressed to its targets; without any, to everyone but its sender.
 * - RECEIVED -> PROCESSING -> DONE or DECLINED, for each agent, only forward; steps may be left out.
 *   Anything else changes nothing. Whom it is not addressed to is shown, and marked.
 * - It is acknowledged when every target has a status; without targets, when anyone addressed has one.
 * - Unacknowledged `escalate_after_ms` after it counted as known it escalates, once: at the first record of
 *   the run in the partition known after that, a tick if need be. One that expires first never does.
 * - While a signal with a `dedupe_key` is active, later ones of its sender with that key are repeats of it:
 *   counted, never active, and an acknowledgment of a repeat is one of the first.
 *
 * Bounds for each run and partition are the constants below. Signals that are over stay visible until room
 * is needed. If all are active the oldest go, and escalate at once where they still could.
 */
export interface SignalState {
  readonly signal: Signal
  readonly offset: number
  readonly sentAt: Micros
  readonly expiresAt: Micros
  /** Null where it never escalates. */
  readonly escalatesAt: Micros | null
  readonly statuses: Map<string, AgentStatus>
  escalatedAt: Micros | null
  repeats: number
  /** When it was repeated last. */
  repeatedAt: Micros | null
  /** Names of the newest repeats, oldest first. */
  readonly repeatNames: string[]
}

export interface AgentStatus {
  readonly status: AckStatus
  readonly at: Micros
  readonly offset: number
  readonly note: string
  /** Whether the signal is addressed to this agent. */
  readonly addressed: boolean
}

/** An acknowledgment of a signal that its partition does not know, at that point or any more. */
export interface StrayAck {
  readonly agent: string
  readonly signal: string
  readonly signalAgent: string
  readonly swarm: string
  readonly status: AckStatus
  readonly offset: number
}

export interface SignalsState {
  /** By name, in the order of the log. */
  readonly signals: Map<string, SignalState>
  /** Name of the newest signal of a sender with this dedupe_key. */
  readonly byDedupeKey: Map<string, string>
  /** Name of a repeat -> name of what it repeats. */
  readonly repeatOf: Map<string, string>
  /** Those that escalate unless somebody acknowledges. */
  readonly waiting: Set<string>
  readonly stray: StrayAck[]
  /** The newest time at which a record of the run counted as known here. */
  clock: Micros
  /** Earliest escalation: nothing is due before. */
  dueAt: Micros
}

export const SIGNALS_MAX = 10_000
export const REPEATS_MAX = 100
export const STRAY_MAX = 1000
/** Agents it is not named for whose status of one signal is kept; targets always are. */
export const OTHERS_MAX = 1000
/** Characters of a note that are kept. */
export const NOTE_MAX = 500

const RANK: Readonly<Record<AckStatus, number>> = {
  RECEIVED: 0,
  PROCESSING: 1,
  DONE: 2,
  DECLINED: 2,
}

export function emptySignals(): SignalsState {
  return {
    signals: new Map(),
    byDedupeKey: new Map(),
    repeatOf: new Map(),
    waiting: new Set(),
    stray: [],
    clock: 0,
    dueAt: Infinity,
  }
}

/** One name for each signal: what others send under the same id is another one. */
export function signalName(swarm: string, agent: string, id: string): string {
  return `${swarm}\u0000${agent}\u0000${id}`
}

/** Moves the clock; returns the signals that escalate by it, in the order of their times. */
export function escalateDue(state: SignalsState, now: Micros): SignalState[] {
  state.clock = Math.max(state.clock, now)
  if (now <= state.dueAt) return []
  const due: SignalState[] = []
  state.dueAt = Infinity
  for (const name of state.waiting) {
    const signal = state.signals.get(name)!
    const at = signal.escalatesAt!
    if (at < now) due.push(escalate(state, name, at))
    else state.dueAt = Math.min(state.dueAt, at)
  }
  return due.sort((a, b) => a.escalatesAt! - b.escalatesAt! || a.offset - b.offset)
}

/** Takes a signal in place; returns those that escalate because they made room for it. */
export function takeSignal(
  state: SignalsState,
  signal: Signal,
  offset: number,
  now: Micros,
): SignalState[] {
  const name = signalName(signal.swarm, signal.agent, signal.id)
  if (state.signals.has(name) || state.repeatOf.has(name)) return []
  const dedupe = dedupeName(signal)
  const first = dedupe === undefined ? undefined : state.byDedupeKey.get(dedupe)
  if (first !== undefined && state.signals.get(first)!.expiresAt > now) {
    noteRepeat(state, first, name, now)
    return []
  }
  const displaced = state.signals.size < SIGNALS_MAX ? [] : makeRoom(state, now)
  const taken = signalState(signal, offset, now)
  state.signals.set(name, taken)
  if (dedupe !== undefined) state.byDedupeKey.set(dedupe, name)
  if (taken.escalatesAt !== null) {
    state.waiting.add(name)
    state.dueAt = Math.min(state.dueAt, taken.escalatesAt)
  }
  return displaced
}

/** Takes an acknowledgment in place. */
export function takeAcknowledgment(
  state: SignalsState,
  ack: Acknowledgment,
  offset: number,
  now: Micros,
): void {
  const { agent, status } = ack
  const named = signalName(ack.swarm, ack.signal_agent, ack.signal)
  const name = state.repeatOf.get(named) ?? named
  const signal = state.signals.get(name)
  if (signal === undefined) {
    const { swarm, signal: id, signal_agent: signalAgent } = ack
    state.stray.push({ agent, signal: id, signalAgent, swarm, status, offset })
    if (state.stray.length > STRAY_MAX) state.stray.shift()
    return
  }
  const before = signal.statuses.get(agent)
  if (before === undefined ? !hasRoomFor(signal, agent) : RANK[status] <= RANK[before.status])
    return
  const addressed = isAddressed(signal.signal, agent)
  signal.statuses.set(agent, {
    status,
    at: now,
    offset,
    note: ack.note.slice(0, NOTE_MAX),
    addressed,
  })
  if (isAcknowledged(signal)) state.waiting.delete(name)
}

/** Meant for this agent: named as a target, or no target is named and it is not the sender. */
export function isAddressed({ targets, agent: sender }: Signal, agent: string): boolean {
  return targets.length === 0 ? agent !== sender : targets.includes(agent)
}

/** Every target has said something; without targets, anyone addressed. */
export function isAcknowledged({ signal, statuses }: SignalState): boolean {
  if (signal.targets.length > 0) return signal.targets.every((target) => statuses.has(target))
  return [...statuses.values()].some(({ addressed }) => addressed)
}

/** Targets that have said nothing, in the order of the signal. */
export function silentTargets({ signal, statuses }: SignalState): string[] {
  return [...new Set(signal.targets)].filter((target) => !statuses.has(target))
}

function signalState(signal: Signal, offset: number, now: Micros): SignalState {
  const expiresAt = now + signal.ttl_ms * 1000
  const after = signal.escalate_after_ms
  const escalatesAt = after === null ? null : now + after * 1000
  return {
    signal,
    offset,
    sentAt: now,
    expiresAt,
    escalatesAt: escalatesAt === null || escalatesAt >= expiresAt ? null : escalatesAt,
    statuses: new Map(),
    escalatedAt: null,
    repeats: 0,
    repeatedAt: null,
    repeatNames: [],
  }
}

function dedupeName({ swarm, agent, dedupe_key: key }: Signal): string | undefined {
  return key === null ? undefined : `${swarm}\u0000${agent}\u0000${key}`
}

function noteRepeat(state: SignalsState, first: string, repeat: string, now: Micros): void {
  const signal = state.signals.get(first)!
  signal.repeats++
  signal.repeatedAt = now
  signal.repeatNames.push(repeat)
  state.repeatOf.set(repeat, first)
  if (signal.repeatNames.length > REPEATS_MAX) state.repeatOf.delete(signal.repeatNames.shift()!)
}

function hasRoomFor({ signal, statuses }: SignalState, agent: string): boolean {
  return statuses.size < OTHERS_MAX || signal.targets.includes(agent)
}

function escalate(state: SignalsState, name: string, at: Micros): SignalState {
  const signal = state.signals.get(name)!
  state.waiting.delete(name)
  signal.escalatedAt = at
  return signal
}

/** A tenth at least, so that sweeping costs little for each signal: those that are over, then the oldest. */
function makeRoom(state: SignalsState, now: Micros): SignalState[] {
  for (const [name, { expiresAt }] of state.signals) {
    if (expiresAt <= now) forget(state, name)
  }
  const displaced: SignalState[] = []
  for (const name of state.signals.keys()) {
    if (state.signals.size <= SIGNALS_MAX * 0.9) break
    if (state.waiting.has(name)) displaced.push(escalate(state, name, now))
    forget(state, name)
  }
  return displaced
}

function forget(state: SignalsState, name: string): void {
  const { signal, repeatNames } = state.signals.get(name)!
  for (const repeat of repeatNames) state.repeatOf.delete(repeat)
  const dedupe = dedupeName(signal)
  if (dedupe !== undefined && state.byDedupeKey.get(dedupe) === name)
    state.byDedupeKey.delete(dedupe)
  state.signals.delete(name)
}
