import type { Micros } from '@waggle/base'
import type { MemoryWrite, MergePolicy, WriteStatus } from '@waggle/event'
import { canonicalJson, parseJson } from './canonical-json.ts'
import { mergeMax, mergeUnion, type MergeJson } from './merge-json.ts'

/**
 * Entries of shared memory, as a pure function of the order of one partition.
 *
 * The version of an entry is the offset of the write that last changed it, plus one; 0 where there is none.
 * A write has *seen* the content if its `expected_version` is the version; it is *blind* if that is null.
 *
 * - What has seen the content is APPLIED, and settles every conflict about it.
 * - Where there is no entry, a blind write makes it too; any other is a CONFLICT.
 * - Anything else goes by the policy that the write which made the entry had set:
 *     REFUSE    blind: APPLIED, it overwrites; else CONFLICT
 *     LAST      blind: APPLIED; else MERGED: the last write wins
 *     MAX       MERGED: the larger number, or decimal in a string, stays
 *     UNION     MERGED: arrays as sets, objects by key
 *     VOTE      every writer has one vote, its last value since a write that had seen the content: the value
 *               of most writers is the content, and a tie keeps the present one. MERGED where the write's own
 *               value is the content then, else CONFLICT
 *     ESCALATE  blind while no conflict is open: APPLIED; else ESCALATED: nothing changes until a write that
 *               has seen the content settles it
 *   What cannot be merged (no number, a removal) is a CONFLICT.
 * - Irreversible content, and an irreversible write, are never merged or overwritten unseen: CONFLICT. So of
 *   two irreversible writes that did not see each other the second is refused, whatever the policy.
 * - A null value removes the entry: its version is 0 again, and the next write makes it anew. Versions are
 *   offsets, so a removed and remade entry never has a version it had before.
 * - What is no JSON, or would not fit, is REFUSED and leaves no trace.
 *
 * A CONFLICT or ESCALATED write keeps both values: the latest of them are remembered as rivals of the content.
 * An entry that a merge does not change keeps its version. Merged content is canonical JSON.
 */
export interface EntryState {
  readonly namespace: string
  readonly key: string
  readonly policy: MergePolicy
  value: string
  version: number
  /** Of the write that last changed it. */
  writer: string
  knownFrom: Micros
  irreversible: boolean
  /** Values that did not become the content, oldest first. */
  rivals: Rival[]
  /** Under VOTE, by writer; values are canonical. */
  ballots: Map<string, Rival>
}

export interface Rival {
  readonly writer: string
  /** Null would remove the entry. */
  readonly value: string | null
  readonly expectedVersion: number | null
  readonly offset: number
  readonly knownFrom: Micros
}

/** The entries of one swarm in one partition, by `entryName`. */
export interface MemoryState {
  readonly entries: Map<string, EntryState>
  /** UTF-16 units of all contents, rivals and ballots. */
  size: number
}

export interface WriteAnswer {
  readonly status: WriteStatus
  /** Version and content after the write; 0 and null where there is no entry. */
  readonly version: number
  readonly value: string | null
  readonly refusedValue: string | null
  /** Whether the content, or its version, is another one now. */
  readonly changed: boolean
  readonly reason: string
}

/** Bounds of one content, and of all of a swarm in one run and partition, in UTF-16 units. */
export const CONTENT_MAX = 65_536
export const MEMORY_MAX = 67_108_864
export const ENTRIES_MAX = 50_000
export const RIVALS_MAX = 16
export const BALLOTS_MAX = 256

export function emptyMemory(): MemoryState {
  return { entries: new Map(), size: 0 }
}

export function entryName(of: { readonly namespace: string; readonly key: string }): string {
  return JSON.stringify([of.namespace, of.key])
}

/** Takes a write in place. */
export function writeEntry(
  memory: MemoryState,
  write: MemoryWrite,
  offset: number,
  knownFrom: Micros,
): WriteAnswer {
  const name = entryName(write)
  const before = memory.entries.get(name)
  const [sizeBefore, versionBefore] = [sizeOf(before), before?.version ?? 0]
  const step: Step = { write, rival: rivalOf(write, offset, knownFrom) }
  const reason = refusalOf(memory, before, write)
  const taken: Taken =
    reason === undefined ? take(before, step) : { entry: before, status: 'REFUSED', reason }
  const { entry, status } = taken
  if (entry === undefined) memory.entries.delete(name)
  else memory.entries.set(name, entry)
  memory.size += sizeOf(entry) - sizeBefore
  const version = entry?.version ?? 0
  const isTaken = status === 'APPLIED' || status === 'MERGED'
  const fits = (write.value?.length ?? 0) <= CONTENT_MAX
  return {
    status,
    version,
    value: entry?.value ?? null,
    refusedValue: isTaken || !fits ? null : write.value,
    changed: version !== versionBefore,
    reason: taken.reason ?? '',
  }
}

/** Values that wait for a write that has seen the content, oldest first. */
export function openRivals({ value, rivals, ballots }: EntryState): Rival[] {
  if (ballots.size === 0) return [...rivals]
  const present = canonicalOf(value)
  const outvoted = [...ballots.values()].filter((ballot) => ballot.value !== present)
  return [...rivals, ...outvoted].sort((a, b) => a.offset - b.offset)
}

interface Step {
  readonly write: MemoryWrite
  readonly rival: Rival
}

/** The entry after a write; undefined where there is none. */
interface Taken {
  readonly entry: EntryState | undefined
  readonly status: WriteStatus
  readonly reason?: string
}

function take(entry: EntryState | undefined, step: Step): Taken {
  const { expected_version: expected, irreversible } = step.write
  const isBlind = expected === null
  if (entry === undefined) {
    if (isBlind || expected === 0) return { entry: makeEntry(step), status: 'APPLIED' }
    return { entry, status: 'CONFLICT', reason: `there is no entry, expected version ${expected}` }
  }
  if (expected === entry.version) return { entry: settle(entry, step), status: 'APPLIED' }
  if (irreversible || entry.irreversible) {
    const which = irreversible && entry.irreversible ? 'both writes are' : 'one write is'
    return keepBoth(entry, step, `${which} irreversible and the later has not seen the earlier`)
  }
  switch (entry.policy) {
    case 'REFUSE':
      if (isBlind) return { entry: change(entry, step, step.write.value), status: 'APPLIED' }
      return keepBoth(entry, step, `the entry has changed since version ${expected}`)
    case 'LAST':
      return {
        entry: change(entry, step, step.write.value),
        status: isBlind ? 'APPLIED' : 'MERGED',
      }
    case 'MAX':
      return merge(entry, step, mergeMax)
    case 'UNION':
      return merge(entry, step, mergeUnion)
    case 'VOTE':
      return vote(entry, step)
    case 'ESCALATE':
      if (isBlind && entry.rivals.length === 0)
        return { entry: change(entry, step, step.write.value), status: 'APPLIED' }
      return { ...keepBoth(entry, step, 'left to a write that has seen it'), status: 'ESCALATED' }
  }
}

function makeEntry({ write, rival }: Step): EntryState | undefined {
  if (write.value === null) return undefined
  return {
    namespace: write.namespace,
    key: write.key,
    policy: write.merge,
    value: write.value,
    version: rival.offset + 1,
    writer: write.agent,
    knownFrom: rival.knownFrom,
    irreversible: write.irreversible,
    rivals: [],
    ballots: firstBallot(write.merge, rival),
  }
}

function settle(entry: EntryState, step: Step): EntryState | undefined {
  entry.rivals = []
  entry.ballots = firstBallot(entry.policy, step.rival)
  return change(entry, step, step.write.value)
}

function firstBallot(policy: MergePolicy, rival: Rival): Map<string, Rival> {
  return new Map(policy === 'VOTE' ? [[rival.writer, ballotOf(rival)]] : [])
}

function change(
  entry: EntryState,
  { write, rival }: Step,
  value: string | null,
): EntryState | undefined {
  if (value === null) return undefined
  entry.value = value
  entry.version = rival.offset + 1
  entry.writer = rival.writer
  entry.knownFrom = rival.knownFrom
  entry.irreversible = write.irreversible
  return entry
}

function keepBoth(entry: EntryState, { rival }: Step, reason: string): Taken {
  entry.rivals.push(rival)
  if (entry.rivals.length > RIVALS_MAX) entry.rivals.shift()
  return { entry, status: 'CONFLICT', reason }
}

function merge(entry: EntryState, step: Step, join: MergeJson): Taken {
  const present = parseJson(entry.value)
  const given = step.write.value === null ? undefined : parseJson(step.write.value)
  const joined = present === undefined || given === undefined ? undefined : join(present, given)
  if (present === undefined || joined === undefined)
    return keepBoth(entry, step, `${entry.policy} cannot merge the two values`)
  const value = canonicalJson(joined)
  if (value.length > CONTENT_MAX) return keepBoth(entry, step, 'the merged content is too large')
  if (value === canonicalJson(present)) return { entry, status: 'MERGED' }
  return { entry: change(entry, step, value), status: 'MERGED' }
}

function vote(entry: EntryState, step: Step): Taken {
  const { ballots } = entry
  if (ballots.size >= BALLOTS_MAX && !ballots.has(step.rival.writer))
    return keepBoth(entry, step, 'too many writers vote on it')
  const ballot = ballotOf(step.rival)
  ballots.set(ballot.writer, ballot)
  const present = canonicalOf(entry.value)
  const winner = winnerOf(ballots, present)
  const after = winner === present ? entry : change(entry, step, winner)
  if (ballot.value === winner) return { entry: after, status: 'MERGED' }
  return { entry: after, status: 'CONFLICT', reason: 'most writers wrote another value' }
}

/** The value with more writers than every other; the present one where there is none. */
function winnerOf(ballots: ReadonlyMap<string, Rival>, present: string | null): string | null {
  const counts = new Map<string | null, number>()
  for (const { value } of ballots.values()) counts.set(value, (counts.get(value) ?? 0) + 1)
  const most = Math.max(...counts.values())
  const leaders = [...counts].filter(([, count]) => count === most)
  return leaders.length === 1 ? leaders[0]![0] : present
}

/** Equal values are one candidate, however they are written. */
function ballotOf(rival: Rival): Rival {
  return { ...rival, value: canonicalOf(rival.value) }
}

function canonicalOf(value: string | null): string | null {
  const json = value === null ? undefined : parseJson(value)
  return json === undefined ? null : canonicalJson(json)
}

function rivalOf(write: MemoryWrite, offset: number, knownFrom: Micros): Rival {
  const { agent: writer, value, expected_version: expectedVersion } = write
  return { writer, value, expectedVersion, offset, knownFrom }
}

function refusalOf(
  memory: MemoryState,
  entry: EntryState | undefined,
  { value }: MemoryWrite,
): string | undefined {
  if (value === null) return undefined
  if (value.length > CONTENT_MAX)
    return `the content has ${value.length} characters of at most ${CONTENT_MAX}`
  if (parseJson(value) === undefined) return 'the content is no JSON'
  if (entry === undefined && memory.entries.size >= ENTRIES_MAX) return 'there are too many entries'
  if (memory.size + value.length > MEMORY_MAX) return 'the memory of the swarm is full'
  return undefined
}

function sizeOf(entry: EntryState | undefined): number {
  if (entry === undefined) return 0
  let size = entry.value.length
  for (const { value } of entry.rivals) size += value?.length ?? 0
  for (const { value } of entry.ballots.values()) size += value?.length ?? 0
  return size
}
