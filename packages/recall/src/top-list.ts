/** The best few of many: a binary heap with the worst of them on top. */
export interface TopList {
  readonly length: number
  offer(ordinal: number, score: number): void
  /** Lowest score within, -Infinity while there is room. */
  readonly threshold: number
  /** What is within, in no order. */
  entries(): readonly ScoredOrdinal[]
}

export interface ScoredOrdinal {
  readonly ordinal: number
  readonly score: number
}

/** @param comesFirst Decides between equal scores, so that an answer does not depend on the order of adding. */
export function createTopList(
  size: number,
  comesFirst: (a: number, b: number) => boolean = (a, b) => a < b,
): TopList {
  const heap: ScoredOrdinal[] = []
  const isWorse = (a: ScoredOrdinal, b: ScoredOrdinal): boolean =>
    a.score < b.score || (a.score === b.score && comesFirst(b.ordinal, a.ordinal))
  const sinkRoot = (entry: ScoredOrdinal): void => {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isWorse(heap[child + 1]!, heap[child]!)) child++
      if (!isWorse(heap[child]!, entry)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = entry
  }
  const rise = (entry: ScoredOrdinal): void => {
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isWorse(entry, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }
  return {
    get length() {
      return heap.length
    },
    get threshold() {
      return heap.length < size ? -Infinity : heap[0]!.score
    },
    offer: (ordinal, score) => {
      if (heap.length < size) return rise({ ordinal, score })
      if (score < heap[0]!.score) return
      const entry = { ordinal, score }
      if (isWorse(heap[0]!, entry)) sinkRoot(entry)
    },
    entries: () => heap,
  }
}
