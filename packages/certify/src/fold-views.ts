import type { Codec } from '@waggle/codec'
import { emptyAdmission, judgeBatch, type Projection } from '@waggle/consume'
import type { Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import type { CertifiedView } from './certificate-body.ts'
import { readThrough } from './read-through.ts'

/** Makes an empty view each time; nothing it holds may come from anywhere but the log. */
export type MakeView = () => Projection

/** Folds views anew from the log, up to these positions and no further. */
export async function foldViews(
  { log, codec }: { readonly log: EventLog; readonly codec: Codec },
  views: readonly MakeView[],
  ends: readonly Position[],
): Promise<CertifiedView[]> {
  const folded: CertifiedView[] = []
  for (const make of views) {
    const projection = make()
    const topics = new Set(projection.topics)
    for (const end of ends)
      if (topics.has(end.topic)) await foldPartition({ log, codec }, projection, end)
    const { name, version } = projection
    folded.push({ name, version, digest: await projection.digest() })
  }
  return folded.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function foldPartition(
  { log, codec }: { readonly log: EventLog; readonly codec: Codec },
  projection: Projection,
  end: Position,
): Promise<void> {
  const { topic, partition } = end
  let admission = emptyAdmission()
  for await (const records of readThrough(log, { ...end, offset: 0n }, end.offset)) {
    const judged = await judgeBatch(codec, admission, { topic, partition, records })
    admission = judged.admission
    await projection.apply({
      topic,
      partition,
      firstOffset: records[0]!.offset,
      nextOffset: records.at(-1)!.offset + 1n,
      events: judged.admitted,
      admission,
    })
  }
}

/** Names of the views whose digests differ, or that only one side has. */
export function differingViews(
  certified: readonly CertifiedView[],
  found: readonly CertifiedView[],
): { readonly name: string; readonly expected: string; readonly found: string }[] {
  const now = new Map(found.map((view) => [view.name, view]))
  return certified.flatMap((view) => {
    const other = now.get(view.name)
    const text = other === undefined ? 'none' : textOf(other)
    return text === textOf(view) ? [] : [{ name: view.name, expected: textOf(view), found: text }]
  })
}

function textOf({ version, digest }: CertifiedView): string {
  return `version ${version} ${digest}`
}
