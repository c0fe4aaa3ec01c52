import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@waggle/base'
import {
  certify,
  consistencyProof,
  createNoteKey,
  inclusionProof,
  noteSigner,
  openFileTiles,
  openLogTrees,
  verifyCertificate,
} from '@waggle/certify'
import { createCodec } from '@waggle/codec'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { interleaved, line, show, verify } from './measure.ts'

const EVENTS = 300_000
const ROUNDS = 5
const AT = { topic: 'waggle.proposals.v1', partition: 0 }

/** Certifies votes of about 95 bytes from the embedded log, beside reading them and nothing else. */
export async function benchCertify(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = systemClock()
  const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, swarm: 'bench', agent: 'a', session: 's' })
  const vote = (i: number) =>
    ({ kind: 'vote', proposal: `p${i % 40}`, choice: 'approve', confidence: 0.5 }) as const
  for (let i = 0; i < EVENTS / 1000; i++)
    await emitter.emitAll(Array.from({ length: 1000 }, (_, index) => vote(index)))
  const signer = noteSigner(createNoteKey('bench'))
  const options = { log, codec, views: [], signer, clock }
  let made = 0
  let bytes = 0
  const fresh = () => openLogTrees(openFileTiles(join(folder, `trees-${made++}`)))
  const timed = (run: () => Promise<number>) => async (): Promise<number> => {
    const start = performance.now()
    const records = await run()
    verify(records >= EVENTS, `all events are read, got ${records}`)
    return (records / (performance.now() - start)) * 1000
  }
  const trees = await fresh()
  const certificate = await certify({ ...options, trees })
  const samples = await interleaved(ROUNDS, [
    {
      name: 'read only',
      run: timed(async () => {
        let records = 0
        bytes = 0
        for (const { topic, partition, storage } of trees.partitions.values())
          for (let offset = 0n; offset < storage.size;) {
            const batch = await log.read({ topic, partition, offset }, 4096)
            for (const { value } of batch) bytes += value.length
            records += batch.length
            offset += BigInt(batch.length)
          }
        return records
      }),
    },
    {
      name: 'certify: read, hash, keep the hashes (fsynced), sign',
      run: timed(async () => {
        const own = await fresh()
        await certify({ ...options, trees: own })
        return count(own.partitions.values())
      }),
    },
    {
      name: 'verify: read, hash, compare',
      run: timed(async () => {
        const verifier = signer.verifier
        const { findings } = await verifyCertificate(certificate, { log, codec, verifier })
        verify(findings.length === 0, 'nothing differs')
        return count(trees.partitions.values())
      }),
    },
  ])
  const size = trees.partitions.get(`${AT.topic}/${AT.partition}`)!.storage.size
  const nodes = trees.nodes(AT)
  const proofs = { inclusion: [] as number[], consistency: [] as number[] }
  for (let at = 1; at < size; at += Math.floor(size / 200)) {
    let start = performance.now()
    await inclusionProof(nodes, at, size)
    proofs.inclusion.push(performance.now() - start)
    start = performance.now()
    await consistencyProof(nodes, at, size)
    proofs.consistency.push(performance.now() - start)
  }
  const kept = join(folder, 'trees-0')
  const keptBytes = readdirSync(kept).reduce(
    (sum, name) => sum + statSync(join(kept, name)).size,
    0,
  )
  await log.close()
  rmSync(folder, { recursive: true })
  return [
    `certificate of ${count(trees.partitions.values())} records, ${show(bytes / 1e6)} MB of values, LMDB, warm`,
    ...[...samples].map(([name, values]) => line(name, values, 'records/s')),
    line(`inclusion proof, ${size} leaves, from kept hashes`, proofs.inclusion, 'ms'),
    line(`consistency proof, ${size} leaves`, proofs.consistency, 'ms'),
    `  certificate ${show(certificate.length)} bytes; kept hashes ${show(keptBytes / 1e6)} MB`,
  ]
}

function count(trees: Iterable<{ readonly storage: { readonly size: number } }>): number {
  let records = 0
  for (const { storage } of trees) records += storage.size
  return records
}
