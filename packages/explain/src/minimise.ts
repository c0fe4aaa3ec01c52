/**
 * Some of the items, in their order, that still fulfil `holds` and of which none can be left out. The end of the list
 * is tried first: what is told last mostly tells enough. All items must fulfil it together.
 */
export function minimise<T>(
  items: readonly T[],
  holds: (some: readonly T[]) => boolean,
): readonly T[] {
  let kept = items
  for (let length = 0; length < items.length; length = Math.max(1, length * 2)) {
    const end = items.slice(items.length - length)
    if (!holds(end)) continue
    kept = end
    break
  }
  for (let at = 0; at < kept.length;) {
    const without = kept.toSpliced(at, 1)
    if (holds(without)) kept = without
    else at++
  }
  return kept
}
