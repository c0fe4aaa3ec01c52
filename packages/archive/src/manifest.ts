import { WaggleError } from '@waggle/base'
import { parsePosition, partitionName, type TopicPartition } from '@waggle/event'
import type { ObjectStore } from './object-store.ts'
import { sha256, type Segment } from './segment.ts'

/**
 * What an archive holds. Each commit is one object `manifest/<version>.jsonl`: a head line with the version and the
 * hash of the commit before, then a line for each new segment. An object is made whole or not at all and never
 * replaced, so of two archivers one commits a version, and a commit that was lost or changed shows in the next.
 */
export class Manifest {
  readonly version: number
  readonly #lastHash: string
  readonly #segments: ReadonlyMap<string, readonly Segment[]>
  /** What is wrong with commits; what they said is missing here. */
  readonly problems: readonly WaggleError[]

  private constructor(
    version: number,
    lastHash: string,
    segments: readonly Segment[],
    problems: readonly WaggleError[],
  ) {
    this.version = version
    this.#lastHash = lastHash
    this.problems = problems
    const byName = Map.groupBy(segments, partitionName)
    for (const all of byName.values()) all.sort((a, b) => a.first - b.first)
    this.#segments = byName
  }

  static async load(store: ObjectStore): Promise<Manifest> {
    const keys = (await store.list(FOLDER)).filter((key) => versionOf(key) !== undefined)
    const segments: Segment[] = []
    const problems: WaggleError[] = []
    let version = 0
    let lastHash = ''
    for (const key of keys) {
      const bytes = await store.get(key)
      const found = versionOf(key)!
      if (bytes === undefined || found !== version + 1)
        problems.push(invalid(keyOf(version + 1), 'is missing'))
      version = found
      if (bytes === undefined) continue
      try {
        const commit = parseCommit(bytes, found)
        segments.push(...commit.segments)
        if (commit.previous !== lastHash)
          problems.push(invalid(key, 'follows another commit than the one before it'))
      } catch (error) {
        problems.push(invalid(key, 'cannot be read', error))
      }
      lastHash = sha256(bytes)
    }
    return new Manifest(version, lastHash, segments, problems)
  }

  get partitions(): TopicPartition[] {
    return [...this.#segments.values()].map(([segment]) => {
      const { topic, partition } = segment!
      return { topic, partition }
    })
  }

  segmentsOf(at: TopicPartition): readonly Segment[] {
    return this.#segments.get(partitionName(at)) ?? []
  }

  /** The offset up to which a partition is archived without a gap, counted from `start`. */
  endOf(at: TopicPartition, start = 0): number {
    let end = start
    for (const { first, next } of this.segmentsOf(at)) if (first <= end && next > end) end = next
    return end
  }

  /** Adds segments for good. False where another archiver has committed since this was loaded. */
  async commit(store: ObjectStore, segments: readonly Segment[]): Promise<boolean> {
    const [problem] = this.problems
    if (problem !== undefined) throw problem
    const head = { version: this.version + 1, previous: this.#lastHash, format: FORMAT }
    const lines = [head, ...segments].map((line) => `${JSON.stringify(line)}\n`)
    return store.putNew(keyOf(this.version + 1), Buffer.from(lines.join('')))
  }
}

const FOLDER = 'manifest/'
const FORMAT = 1

function keyOf(version: number): string {
  return `${FOLDER}${String(version).padStart(12, '0')}.jsonl`
}

function versionOf(key: string): number | undefined {
  const match = /^manifest\/(\d{12})\.jsonl$/.exec(key)
  return match === null ? undefined : Number(match[1])
}

interface Head {
  readonly version: number
  readonly previous: string
  readonly format: number
}

function parseCommit(bytes: Buffer, version: number): { previous: string; segments: Segment[] } {
  const text = bytes.toString('utf8')
  if (!text.endsWith('\n')) throw new Error('The last line is cut off')
  const [first = '', ...rest] = text.slice(0, -1).split('\n')
  const head = JSON.parse(first) as Head
  if (head.format !== FORMAT) throw new Error(`Format ${head.format}, not ${FORMAT}`)
  if (head.version !== version) throw new Error(`It says that it is version ${head.version}`)
  const segments = rest.map((line) => JSON.parse(line) as Segment)
  if (!segments.every(isSegment)) throw new Error('A line is no segment')
  return { previous: head.previous, segments }
}

function isSegment(line: Segment): boolean {
  const { topic, partition, first, next, files } = line
  const position = parsePosition(`${topic}/${partition}@${first}`)
  return position !== undefined && next > first && Array.isArray(files) && files.length > 0
}

function invalid(key: string, what: string, cause?: unknown): WaggleError {
  return new WaggleError('ARCHIVE_INVALID', `${key} ${what}`, { input: key, cause })
}
