import { WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { comparePositions, type EventByKind, type Kind } from '@waggle/event'
import type { Json } from '@waggle/view-coordination'

/** An event with why it is cited. */
export interface Evidence {
  readonly known: KnownEvent
  /** In a word or two: decision, input, memory, vote, model call, fill, outcome. */
  readonly role: string
  /** How well a memory fitted, as its recall says. */
  readonly score?: number
}

export type RuleParameters = Readonly<Record<string, Json>>

/**
 * From evidence to a value, and nothing else: no log, clock or registry. It refuses evidence that lacks something it
 * needs, or has something it does not.
 */
export type Rule = (events: readonly KnownEvent[], parameters: RuleParameters) => Json

/** The events a claim rests on, before they are packed. */
export interface Found {
  readonly parameters: RuleParameters
  readonly evidence: readonly Evidence[]
}

/** The order in which the swarm learned them; the same for whoever sorts. */
export function compareKnown(a: KnownEvent, b: KnownEvent): number {
  return a.knownFrom - b.knownFrom || comparePositions(a.position, b.position)
}

/** INPUT_INVALID: the evidence is not what the rule takes. */
export function refuse(what: string, input?: string): never {
  throw new WaggleError('INPUT_INVALID', what, { field: 'events', ...(input ? { input } : {}) })
}

export function textOf(parameters: RuleParameters, name: string): string {
  const value = parameters[name]
  return typeof value === 'string' ? value : refuse(`The parameter ${name} is missing`)
}

export type KnownOf<K extends Kind> = KnownEvent & { readonly event: EventByKind[K] }

export function isKnown<K extends Kind>(known: KnownEvent, kind: K): known is KnownOf<K> {
  return known.event.kind === kind
}
