import { crc32 } from 'node:zlib'
import { open, type Database, type RootDatabase } from 'lmdb'

const HEAD_BYTES = 8

/** Bytes of an LMDB log under the hands of somebody who may write its files, and who mends what can be mended. */
export interface LmdbTamper {
  /** A partition's records, each from its append time to the end of its value. */
  records(topicId: number, partition: number): Promise<Buffer[]>
  /** Puts these records in place of all of a partition, with right lengths, CRCs and end. */
  rewrite(topicId: number, partition: number, records: readonly Buffer[]): Promise<void>
  /** Puts the frames of a partition as they are, without mending anything. */
  frames(topicId: number, partition: number): Promise<{ key: Buffer; value: Buffer }[]>
  putFrame(key: Buffer, value: Buffer): Promise<void>
  removeFrame(key: Buffer): Promise<void>
  close(): Promise<void>
}

export function openLmdbTamper(path: string): LmdbTamper {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const
  const env: RootDatabase<Buffer, Buffer> = open<Buffer, Buffer>({
    path,
    ...binary,
    mapSize: 2 ** 38,
    maxDbs: 8,
    noSync: true,
  })
  const batches: Database<Buffer, Buffer> = env.openDB('batches', binary)
  const ends: Database<Buffer, Buffer> = env.openDB('ends', binary)

  const frames: LmdbTamper['frames'] = async (topicId, partition) => {
    env.resetReadTxn()
    const range = batches.getRange({
      start: batchKey(topicId, partition, 0),
      end: batchKey(topicId, partition + 1, 0),
    })
    return [...range].map(({ key, value }) => {
      return { key: Buffer.from(key), value: Buffer.from(value) }
    })
  }

  return {
    frames,
    records: async (topicId, partition) =>
      (await frames(topicId, partition)).flatMap(({ value }) => recordsIn(value)),
    rewrite: async (topicId, partition, records) => {
      for (const { key } of await frames(topicId, partition)) await batches.remove(key)
      const end = Buffer.alloc(16)
      end.writeDoubleBE(records.length, 0)
      end.writeDoubleBE(records.at(-1)?.readDoubleLE(0) ?? 0, 8)
      if (records.length > 0)
        await batches.put(batchKey(topicId, partition, 0), Buffer.concat(records.map(framed)))
      await ends.put(batchKey(topicId, partition, 0).subarray(0, 8), end)
    },
    putFrame: async (key, value) => void (await batches.put(key, value)),
    removeFrame: async (key) => void (await batches.remove(key)),
    close: () => env.close(),
  }
}

function recordsIn(frame: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < frame.length;) {
    const end = at + HEAD_BYTES + frame.readUInt32LE(at + 4)
    records.push(frame.subarray(at + HEAD_BYTES, end))
    at = end
  }
  return records
}

function framed(record: Buffer): Buffer {
  const frame = Buffer.concat([Buffer.alloc(HEAD_BYTES), record])
  frame.writeUInt32LE(record.length, 4)
  frame.writeUInt32LE(crc32(frame.subarray(4)), 0)
  return frame
}

function batchKey(topicId: number, partition: number, base: number): Buffer {
  const key = Buffer.alloc(16)
  key.writeUInt32BE(topicId, 0)
  key.writeUInt32BE(partition, 4)
  key.writeBigUInt64BE(BigInt(base), 8)
  return key
}
