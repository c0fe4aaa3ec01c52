import type { Micros } from '@waggle/base'

/** Something that is due at a time; of one time, what stands first in the partition comes first. */
export interface Due {
  readonly at: Micros
  readonly offset: number
  readonly key: string
}

/** A binary heap in an array, earliest first: plain data, so that a view's digest covers it. */
export type DueHeap = Due[]

export function pushDue(heap: DueHeap, due: Due): void {
  let index = heap.push(due) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (isBefore(heap[parent]!, due)) break
    heap[index] = heap[parent]!
    index = parent
  }
  heap[index] = due
}

/** Removes and returns the earliest; undefined if there is none. */
export function popDue(heap: DueHeap): Due | undefined {
  const [first] = heap
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return first
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (child >= heap.length || isBefore(last, heap[child]!)) break
    heap[index] = heap[child]!
    index = child
  }
  heap[index] = last
  return first
}

/** Keeps only what is wanted. */
export function retainDue(heap: DueHeap, isWanted: (due: Due) => boolean): void {
  // A sorted array is a heap.
  const kept = heap.filter(isWanted).sort((a, b) => a.at - b.at || a.offset - b.offset)
  heap.splice(0, heap.length, ...kept)
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.offset < b.offset)
}
