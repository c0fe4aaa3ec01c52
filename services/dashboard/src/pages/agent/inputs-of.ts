import type { CausationJson, KnownEventJson } from '@waggle/api'

/** An event that a decision rested on. */
export interface Input {
  readonly known: KnownEventJson
  readonly role: 'input' | 'cause'
  /** How well a memory fitted what was asked; undefined for what was not recalled. */
  readonly score: { readonly name: string; readonly value: number } | undefined
}

/** Inputs first, then causes that are none, with the scores that a recall among them gave. */
export function inputsOf({ inputs, causes }: CausationJson): Input[] {
  const scores = new Map(
    [...inputs, ...causes]
      .flatMap(({ event }) => foundBy(event))
      .map((one) => [one.memory, one.score]),
  )
  const ids = new Set(inputs.map(({ event }) => event.id))
  const row =
    (role: Input['role']) =>
    (known: KnownEventJson): Input => {
      const score = scores.get(known.event.id)
      return { known, role, score: score === undefined ? undefined : { name: 'fit', value: score } }
    }
  return [
    ...inputs.map(row('input')),
    ...causes.filter(({ event }) => !ids.has(event.id)).map(row('cause')),
  ]
}

function foundBy(event: KnownEventJson['event']): { memory: string; score: number }[] {
  const found = event.kind === 'recall' ? event['found'] : undefined
  return Array.isArray(found) ? (found as { memory: string; score: number }[]) : []
}
