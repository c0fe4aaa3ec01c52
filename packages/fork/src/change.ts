import type { AnyDraft } from '@waggle/emit'

/** What is changed behind the fork point. Ids are those of the parent's events. */
export type Change =
  | { readonly is: 'nothing' }
  /** Other code speaks for an agent. */
  | { readonly is: 'agent'; readonly agent: string }
  /** An event says something else: a flipped vote, another price. */
  | {
      readonly is: 'edit'
      readonly event: string
      readonly set: Readonly<Record<string, unknown>>
    }
  /** An event is never said. */
  | { readonly is: 'drop'; readonly event: string }
  /** Something is said at the fork point: a weight, a vote, a memory. */
  | { readonly is: 'say'; readonly agent: string; readonly draft: AnyDraft }

/** As the fork's first event keeps it; decimals as text. */
export function changeText(change: Change): string {
  return JSON.stringify(change, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}
