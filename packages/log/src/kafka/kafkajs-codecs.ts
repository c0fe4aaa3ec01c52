import { compressionsAlgorithms } from '@platformatic/kafka'
import kafkajs from 'kafkajs'

const { CompressionCodecs, CompressionTypes } = kafkajs

/** What KafkaJS asks of a codec. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

const codecOf = (name: 'snappy' | 'lz4' | 'zstd') => (): Codec => ({
  compress: async ({ buffer }) => compressionsAlgorithms[name].compressSync(buffer),
  decompress: async (bytes) => compressionsAlgorithms[name].decompressSync(bytes),
})

/** KafkaJS knows gzip only; foreign producers choose for themselves. Its list of codecs is the process's. */
export function addCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = codecOf('snappy')
  CompressionCodecs[CompressionTypes.LZ4] = codecOf('lz4')
  CompressionCodecs[CompressionTypes.ZSTD] = codecOf('zstd')
}
