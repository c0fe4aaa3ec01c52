import type { KnownEventJson } from '@waggle/api'

/** What each view of a trajectory takes: the same events, and the same choice. */
export interface ViewProps {
  /** In the order known. */
  readonly events: readonly KnownEventJson[]
  /** Id or position of the chosen one. */
  readonly selected: string | undefined
  readonly onOpen: (id: string) => void
}
