import { isWaggleError, type WaggleError } from '@waggle/base'
import type { Archive } from './archive.ts'
import { segmentName } from './segment.ts'
import { verifySegment } from './write-segment.ts'

export interface ArchiveFindings {
  readonly segments: number
  readonly rows: number
  /** Damaged or missing commits and segments, and gaps between segments. */
  readonly problems: readonly { readonly where: string; readonly error: WaggleError }[]
  /** Files that no commit names: a crash left them, or an archiver is at work. */
  readonly strays: readonly string[]
}

/** Reads everything an archive holds and compares it with its manifest; goes on behind what is damaged. `onProgress` is told records. */
export async function verifyArchive(
  archive: Archive,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ArchiveFindings> {
  const { manifest, store } = archive
  const problems = manifest.problems.map((error) => ({ where: String(error.input), error }))
  const named = new Set<string>()
  const all = manifest.partitions.flatMap((at) => manifest.segmentsOf(at))
  const total = all.reduce((sum, segment) => sum + segment.rows, 0)
  let segments = 0
  let rows = 0
  const check = async (where: string, task: () => Promise<unknown>): Promise<void> => {
    try {
      await task()
    } catch (error) {
      if (!isWaggleError(error) || error.retriable) throw error
      problems.push({ where, error })
    }
  }
  for (const at of manifest.partitions) {
    let end = 0
    for (const segment of manifest.segmentsOf(at)) {
      const missing = end
      if (segment.first > missing)
        await check(segmentName(segment), () => archive.read({ ...at, offset: BigInt(missing) }, 1))
      end = Math.max(end, segment.next)
      for (const { path } of segment.files) named.add(path)
      await check(segmentName(segment), () => verifySegment(store, segment))
      segments++
      rows += segment.rows
      onProgress(rows, total)
    }
  }
  const files = [...(await store.list('kind=')), ...(await store.list('topic='))]
  return { segments, rows, problems, strays: files.filter((path) => !named.has(path)) }
}
