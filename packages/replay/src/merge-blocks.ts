import type { Codec } from '@waggle/codec'
import { BATCH_ROWS, KnownBatch, type KnownBlock } from './known-batch.ts'

/** The head of one partition; blocks of later records are read when this one is used up. */
interface Head {
  readonly blocks: AsyncIterator<KnownBlock>
  /** Place of the partition in the order of topics and partitions: decides between equal times. */
  readonly rank: number
  block: KnownBlock
  index: number
  /** When its next record counts as known. */
  next: number
  /** Number of its block in the batch being filled; -1 where that has not taken it in. */
  taken: number
}

/**
 * K-way merge of partitions whose known_from never decreases (as admission sees to, per run) into the order
 * (known_from, topic, partition, offset): a binary heap of the partitions' next records. The partitions are
 * given in their order. Memory is one block a partition.
 */
export async function* mergeBlocks(
  partitions: readonly AsyncIterator<KnownBlock>[],
  codec: Codec,
  rowsMax = BATCH_ROWS,
): AsyncGenerator<KnownBatch> {
  const heap: Head[] = []
  for (const [rank, blocks] of partitions.entries()) {
    const first = await nextOf(blocks)
    if (first === undefined) continue
    push(heap, { blocks, rank, block: first, index: 0, next: first.knownFrom[0]!, taken: -1 })
  }
  let batch = new KnownBatch(codec, rowsMax)
  while (heap.length > 0) {
    const head = heap[0]!
    takeWhileFirst(heap, batch)
    if (batch.full) {
      yield batch
      batch = new KnownBatch(codec, rowsMax)
      for (const one of heap) one.taken = -1
    }
    if (head.index < head.block.count) {
      sinkFirst(heap)
      continue
    }
    const block = await nextOf(head.blocks)
    if (block === undefined) removeFirst(heap)
    else {
      Object.assign(head, { block, index: 0, next: block.knownFrom[0]!, taken: -1 })
      sinkFirst(heap)
    }
  }
  if (batch.length > 0) yield batch
}

/** Moves the first partition's rows over as long as they come before every other partition's. */
function takeWhileFirst(heap: readonly Head[], batch: KnownBatch): void {
  const head = heap[0]!
  const { block } = head
  if (head.taken < 0) head.taken = batch.addBlock(block)
  const rival = heap.length < 3 || before(heap[1]!, heap[2]!) ? heap[1] : heap[2]
  do {
    batch.add(head.taken, head.index++)
    if (head.index === block.count) return
    head.next = block.knownFrom[head.index]!
  } while (!batch.full && (rival === undefined || before(head, rival)))
}

/** The next block that has rows. */
async function nextOf(blocks: AsyncIterator<KnownBlock>): Promise<KnownBlock | undefined> {
  for (;;) {
    const next = await blocks.next()
    if (next.done === true) return undefined
    if (next.value.count > 0) return next.value
  }
}

function before(a: Head, b: Head): boolean {
  return a.next < b.next || (a.next === b.next && a.rank < b.rank)
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
