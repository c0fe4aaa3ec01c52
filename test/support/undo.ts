import { afterEach } from 'vitest'

/** Steps that undo what a test did: whatever it adds is carried out behind it, the last one first. */
export function undoAfterEach(): (() => unknown)[] {
  const undo: (() => unknown)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  })
  return undo
}
