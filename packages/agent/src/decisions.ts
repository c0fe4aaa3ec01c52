import type { Decimal, Micros } from '@waggle/base'
import type { Draft, Emitted } from '@waggle/emit'
import type { Decision, Outcome } from '@waggle/event'
import type { Memory } from '@waggle/memory'
import { idOf, subjectFrom, type EventRef } from './event-ref.ts'
import type { OwnBus } from './own-bus.ts'

export interface DecisionDraft {
  /** What is chosen, such as LONG. */
  readonly action: string
  /** What the agent saw: words, or whatever JSON can say. */
  readonly context: unknown
  readonly reasoning: string
  /** Probability that the predicted outcome happens, 0 to 1. */
  readonly confidence: number
  readonly predictedOutcome?: string
  /** Expected value of the outcome, such as a return. */
  readonly predictedValue?: number
  /** When the outcome can be judged. */
  readonly horizonAt?: Micros
  /** What it rests on: events by id, and recalled memories. */
  readonly inputs?: readonly EventRef[]
  readonly memories?: readonly Pick<Memory, 'event'>[]
  /** Whom it is about, beside those its inputs are about: its texts are erased with them. */
  readonly subject?: string
  readonly alternatives?: readonly string[]
  /** The decision this one refines. */
  readonly parent?: EventRef
  readonly proposal?: string
  readonly instrument?: string
  readonly quantity?: Decimal
  readonly price?: Decimal
  readonly occurredAt?: Micros
  readonly knownAt?: Micros
}

export interface OutcomeDraft {
  /** Realised value, in the unit of the predicted one. */
  readonly value: number
  /** Whether the predicted outcome happened. */
  readonly success: boolean
  readonly pnl?: Decimal
  /** How it was measured. */
  readonly details?: unknown
  readonly occurredAt?: Micros
  readonly knownAt?: Micros
}

/** The agent's choices and what came of them. */
export interface Decisions {
  decide(draft: DecisionDraft): Promise<Emitted<'decision'>>
  outcome(decision: EventRef, draft: OutcomeDraft): Promise<Emitted<'outcome'>>
}

/** Emits an agent's decisions and their outcomes. */
export function createDecisions({ emitter }: OwnBus): Decisions {
  return {
    decide: (draft) => emitter.emit(decisionOf(draft)),
    outcome: (decision, draft) => emitter.emit(outcomeOf(decision, draft)),
  }
}

export function decisionOf(draft: DecisionDraft): Draft<'decision'> {
  const { inputs = [], memories = [], parent, context } = draft
  const evidence = [...inputs, ...memories].map(idOf)
  return {
    kind: 'decision',
    action: draft.action,
    context: textOf(context),
    reasoning: draft.reasoning,
    confidence: draft.confidence,
    inputs: [...new Set(evidence)],
    ...defined<Decision>({
      predicted_outcome: draft.predictedOutcome,
      predicted_value: draft.predictedValue,
      horizon_at: draft.horizonAt,
      alternatives: draft.alternatives === undefined ? undefined : [...draft.alternatives],
      parent: parent === undefined ? undefined : idOf(parent),
      proposal: draft.proposal,
      instrument: draft.instrument,
      quantity: draft.quantity,
      price: draft.price,
      subject: subjectFrom(draft.subject, [...inputs, ...memories]),
      occurred_at: draft.occurredAt,
      known_at: draft.knownAt,
    }),
  }
}

function outcomeOf(decision: EventRef, draft: OutcomeDraft): Draft<'outcome'> {
  const { value, success, pnl, details, occurredAt, knownAt } = draft
  return {
    kind: 'outcome',
    decision: idOf(decision),
    value,
    success,
    ...defined<Outcome>({
      pnl,
      details: details === undefined ? undefined : textOf(details),
      occurred_at: occurredAt,
      known_at: knownAt,
    }),
  }
}

/** Words as they are, everything else as JSON. */
export function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content)
}

/** Without the fields that are undefined: the schema's defaults stand for them. */
export function defined<E>(fields: { readonly [K in keyof E]?: E[K] | undefined }): Partial<E> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<E>
}
