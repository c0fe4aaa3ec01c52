import type { Micros } from '@waggle/base'
import { comparePositions } from '@waggle/event'
import type { AdmittedRecord } from '@waggle/consume'

type Batches = AsyncIterator<readonly AdmittedRecord[]>

/** The head of one partition; batches of later records are read when this one is used up. */
interface Head {
  readonly batches: Batches
  batch: readonly AdmittedRecord[]
  index: number
}

/** (known_from, topic, partition, offset): the order of replay. */
export function compareKnown(a: AdmittedRecord, b: AdmittedRecord): number {
  return a.knownFrom - b.knownFrom || comparePositions(a.record, b.record)
}

const OUTPUT_RECORDS = 4096

/**
 * K-way merge of partitions whose known_from never decreases (as admission sees to, per run): a binary
 * heap of the partitions' next records. Memory is one batch a partition; results come in batches, since
 * an asynchronous step per record would cost more than the merge.
 */
export async function* mergeKnown(
  partitions: readonly Batches[],
): AsyncGenerator<AdmittedRecord[]> {
  const heap: Head[] = []
  for (const batches of partitions) {
    const head: Head = { batches, batch: [], index: 0 }
    if (await nextBatch(head)) push(heap, head)
  }
  let merged: AdmittedRecord[] = []
  while (heap.length > 0) {
    const head = heap[0]!
    takeWhileFirst(heap, merged)
    if (merged.length >= OUTPUT_RECORDS) {
      yield merged
      merged = []
    }
    if (head.index < head.batch.length || (await nextBatch(head))) sinkFirst(heap)
    else removeFirst(heap)
  }
  if (merged.length > 0) yield merged
}

/** Moves the first partition's records over as long as they come before every other partition's. */
function takeWhileFirst(heap: readonly Head[], merged: AdmittedRecord[]): void {
  const head = heap[0]!
  const rival = heap.length < 3 || before(heap[1]!, heap[2]!) ? heap[1] : heap[2]
  do merged.push(head.batch[head.index++]!)
  while (
    head.index < head.batch.length &&
    merged.length < OUTPUT_RECORDS &&
    (rival === undefined || before(head, rival))
  )
}

/** Records known after `until` are left out; each partition ends at its first one of the run. */
export async function* cutKnown(
  batches: AsyncIterable<readonly AdmittedRecord[]>,
  keep: (record: AdmittedRecord) => boolean,
  until: Micros,
): AsyncGenerator<readonly AdmittedRecord[]> {
  for await (const batch of batches) {
    const kept = batch.filter(keep)
    const beyond = kept.findIndex((record) => record.knownFrom > until)
    if (beyond >= 0) {
      if (beyond > 0) yield kept.slice(0, beyond)
      return
    }
    if (kept.length > 0) yield kept
  }
}

async function nextBatch(head: Head): Promise<boolean> {
  for (;;) {
    const next = await head.batches.next()
    if (next.done === true) return false
    if (next.value.length === 0) continue
    head.batch = next.value
    head.index = 0
    return true
  }
}

function before(a: Head, b: Head): boolean {
  return compareKnown(a.batch[a.index]!, b.batch[b.index]!) < 0
}

function push(heap: Head[], head: Head): void {
  let at = heap.push(head) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!before(heap[at]!, heap[parent]!)) return
    swap(heap, at, parent)
    at = parent
  }
}

function sinkFirst(heap: Head[]): void {
  for (let at = 0; ;) {
    const left = 2 * at + 1
    let least = at
    if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
    if (left + 1 < heap.length && before(heap[left + 1]!, heap[least]!)) least = left + 1
    if (least === at) return
    swap(heap, at, least)
    at = least
  }
}

function removeFirst(heap: Head[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  heap[0] = last
  sinkFirst(heap)
}

function swap(heap: Head[], a: number, b: number): void {
  const kept = heap[a]!
  heap[a] = heap[b]!
  heap[b] = kept
}
