import type { Micros } from '@waggle/base'
import type { Decision, Observation, Outcome, Position, Signal } from '@waggle/event'

/** What every entry of the bank's journal knows of its event; texts that may be erased are not kept. */
interface Entry {
  readonly id: string
  /** When it counts as known. */
  readonly at: Micros
  readonly position: Position
  readonly agent: string
  /** Erasure key ids, separated by commas. */
  readonly subject: string | null
}

/** An observation or signal that a decision rested on. */
export interface Input extends Entry {
  readonly kind: 'input'
  readonly signal: boolean
  readonly domain: string
  readonly instrument: string | null
  readonly features: Readonly<Record<string, number>>
  /** First words of what was perceived; empty where it is about a subject. */
  readonly text: string
}

/** A decision with what was known of its inputs when it was known. */
export interface Trial extends Entry {
  readonly kind: 'trial'
  readonly action: string
  readonly instrument: string | null
  readonly confidence: number
  readonly predicted: number | null
  /** When its outcome can be judged; a decision without one promises no outcome. */
  readonly horizonAt: Micros | null
  readonly inputs: readonly Input[]
}

export interface Result extends Entry {
  readonly kind: 'result'
  readonly decision: string
  readonly value: number
  readonly success: boolean
}

const TEXT_LENGTH = 120

export function inputOf(event: Observation | Signal, position: Position, at: Micros): Input {
  const signal = event.kind === 'signal'
  const text = signal ? event.message : event.content
  return {
    kind: 'input',
    ...entryOf(event, position, at),
    signal,
    domain: event.domain,
    instrument: event.instrument,
    features: signal ? { strength: event.strength } : event.features,
    text: event.subject === null ? text.slice(0, TEXT_LENGTH) : '',
  }
}

/** A decision before its inputs are looked up. */
export interface OpenTrial extends Omit<Trial, 'kind' | 'inputs'> {
  readonly kind: 'decision'
  readonly inputs: readonly string[]
}

export function decisionOf(event: Decision, position: Position, at: Micros): OpenTrial {
  return {
    kind: 'decision',
    ...entryOf(event, position, at),
    action: event.action,
    instrument: event.instrument,
    confidence: event.confidence,
    predicted: event.predicted_value,
    horizonAt: event.horizon_at,
    inputs: event.inputs,
  }
}

/** Inputs are looked up when the decision is known: what came to be known of them later had no part in it. */
export function trialOf(decision: OpenTrial, findInput: (id: string) => Input | undefined): Trial {
  return {
    ...decision,
    kind: 'trial',
    inputs: decision.inputs.flatMap((id) => findInput(id) ?? []),
  }
}

export function resultOf(event: Outcome, position: Position, at: Micros): Result {
  return {
    kind: 'result',
    ...entryOf(event, position, at),
    decision: event.decision,
    value: event.value,
    success: event.success,
  }
}

function entryOf(
  { id, agent, subject }: Observation | Signal | Decision | Outcome,
  position: Position,
  at: Micros,
): Entry {
  return { id, at, position, agent, subject }
}
