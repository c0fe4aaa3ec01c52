/** A transaction that was aborted, as a broker's answer names it. */
export interface AbortedTransaction {
  readonly producerId: bigint | string
  readonly firstOffset: bigint | string
}

/** What tells whether a batch holds records at all; brokers never mix transactions within one. */
export interface BatchOrigin {
  readonly lastOffset: bigint
  readonly producerId: bigint | string
  readonly attributes: number
  /** Of its first record. */
  readonly key: Buffer | null | undefined
}

export const IN_TRANSACTION = 1 << 4
export const CONTROL_BATCH = 1 << 5
const ABORT = 0

/**
 * Brokers send aborted transactions' records, and leave it to the client to hide them (KIP-98). True for
 * batches of these and for markers; to be asked in the order of offsets, for the batches of one answer.
 * Both client libraries have this for their own consumers, but not for an aborted transaction that goes on
 * behind the answer, nor for two of one producer in it.
 */
export function hiddenBatches(
  aborted: readonly AbortedTransaction[] | null | undefined,
): (batch: BatchOrigin) => boolean {
  const ahead = (aborted ?? [])
    .map(({ producerId, firstOffset }) => ({
      producer: String(producerId),
      first: BigInt(firstOffset),
    }))
    .sort((a, b) => (a.first < b.first ? -1 : 1))
  const open = new Set<string>()
  return ({ lastOffset, producerId, attributes, key }) => {
    while (ahead.length > 0 && ahead[0]!.first <= lastOffset) open.add(ahead.shift()!.producer)
    const producer = String(producerId)
    if ((attributes & CONTROL_BATCH) !== 0) {
      if (markerType(key) === ABORT) open.delete(producer)
      return true
    }
    return (attributes & IN_TRANSACTION) !== 0 && open.has(producer)
  }
}

/** A marker's key: version, then type, as int16. */
function markerType(key: Buffer | null | undefined): number | undefined {
  return (key?.length ?? 0) < 4 ? undefined : key!.readInt16BE(2)
}
