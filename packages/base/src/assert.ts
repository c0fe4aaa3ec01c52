/** Stops on a broken invariant: a fault of this program, never of its input. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${invariant}`)
}
