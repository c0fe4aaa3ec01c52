import { isoOf, type Clock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { Position } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { CERTIFICATE_FORMAT } from './certificate-body.ts'
import {
  certifiedPartitions,
  openCertificate,
  sealCertificate,
  summaryRoot,
} from './certificate.ts'
import { foldViews, type MakeView } from './fold-views.ts'
import { hashSchemas } from './hash-schemas.ts'
import type { LogTrees } from './log-trees.ts'
import type { NoteSigner } from './signed-note.ts'
import { proveSuccession } from './succession.ts'

export interface CertifyOptions {
  readonly log: EventLog
  readonly codec: Codec
  /** Views whose state is certified with the records; each is folded anew. */
  readonly views: readonly MakeView[]
  readonly trees: LogTrees
  readonly signer: NoteSigner
  readonly clock: Clock
  /** Name of the log; the signer's if left out. */
  readonly origin?: string
  readonly code?: string
  readonly seed?: string
  readonly engines?: Readonly<Record<string, string>>
  /** The certificate before this one. */
  readonly previous?: string
}

/**
 * Certifies everything in the log at the time of the call: text of a certificate. LOG_CORRUPT where the log no
 * longer holds what the trees have read. The proof that it follows `previous` is made, not judged: verifySuccession
 * does that.
 */
export async function certify(options: CertifyOptions): Promise<string> {
  const { log, codec, trees, signer, clock, previous } = options
  const ends = await log.ends(partitionsOf(log, Object.keys(log.topics)))
  await trees.advance(log, { ends })
  const partitions = certifiedPartitions(trees.partitions.values())
  return sealCertificate(
    {
      format: CERTIFICATE_FORMAT,
      issuedAt: isoOf(clock.now()),
      content: summaryRoot(partitions, 'content'),
      partitions,
      views: await foldViews({ log, codec }, options.views, certifiedEnds(ends, trees)),
      schemas: await hashSchemas(codec, trees.partitions.values()),
      code: options.code ?? null,
      seed: options.seed ?? null,
      engines: options.engines ?? {},
      previous:
        previous === undefined
          ? null
          : await proveSuccession(previous, openCertificate(previous, signer.verifier), trees),
    },
    options.origin ?? signer.name,
    signer,
  )
}

/** Behind the last record, not the engine's end: offsets without records are not certified. */
function certifiedEnds(ends: readonly Position[], trees: LogTrees): Position[] {
  return ends.map((end) => {
    const tree = trees.partitions.get(`${end.topic}/${end.partition}`)
    return { ...end, offset: tree?.nextOffset ?? 0n }
  })
}
