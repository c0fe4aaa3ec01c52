import { WaggleError, type Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { positionText } from '@waggle/event'
import { isBefore, provenanceOf, sees, type Kept, type Lens, type Provenance } from './lens.ts'

/**
 * Versions of one thing, in the order of the log: 1, 2, 3 … , never given twice. The newest are kept whole, older
 * ones as positions: the log has them. A removal ends what came before it; the next version then stands on 0.
 */
export interface Versions<E> {
  /** Kept whole, oldest first. */
  readonly recent: Version<E>[]
  /** By position only, oldest first. */
  readonly archived: ArchivedVersion[]
  /** Oldest first. */
  readonly removals: Provenance[]
  /** The last version given. */
  last: number
}

export interface ArchivedVersion extends Provenance {
  readonly version: number
}

export interface Version<E> extends ArchivedVersion {
  /** Undefined where a subject of it was erased. */
  event: E | undefined
  /** From here on it is forgotten; Infinity where it is not. */
  readonly expiresAt: Micros
}

/** A version that an answer shows. */
export interface Shown<E> extends Kept<E> {
  readonly version: number
}

export function emptyVersions<E>(): Versions<E> {
  return { recent: [], archived: [], removals: [], last: 0 }
}

export interface NewVersion<E> {
  readonly event: E | undefined
  /** Versions to keep whole; what exceeds them stays as a position. */
  readonly keep: number
  readonly expiresAt?: Micros
}

/** Adds the next version and returns its number. */
export function addVersion<E>(
  versions: Versions<E>,
  known: KnownEvent,
  { event, keep, expiresAt = Infinity }: NewVersion<E>,
): number {
  const { recent, archived } = versions
  recent.push({ version: ++versions.last, ...provenanceOf(known), event, expiresAt })
  while (recent.length > keep) {
    const { version, source, position, knownFrom } = recent.shift()!
    archived.push({ version, source, position, knownFrom })
  }
  return versions.last
}

/**
 * The version a write has to expect: 0 where there is none. It goes by the log alone; an answer that does not
 * trust everyone may show an older one.
 */
export function headVersion<E>({ recent, removals, last }: Versions<E>, at: Micros): number {
  const newest = recent.at(-1)
  const removal = removals.at(-1)
  if (newest === undefined || (removal !== undefined && isBefore(newest, removal))) return 0
  return newest.expiresAt <= at ? 0 : last
}

/** The newest version that the lens sees. AS_OF_TOO_OLD where it is one that only the log still has. */
export function newestVersion<E>(versions: Versions<E>, lens: Lens): Shown<E> | undefined {
  const isThere = thereFor(versions, lens)
  const found = versions.recent.findLast((one) => isThere(one) && one.event !== undefined)
  if (found !== undefined) return shown(found, lens)
  const archived = versions.archived.findLast(isThere)
  if (archived !== undefined) throw onlyInLog(archived)
  return undefined
}

/** One version; undefined where the lens does not see it. AS_OF_TOO_OLD where only the log still has it. */
export function versionOf<E>(
  versions: Versions<E>,
  version: number,
  lens: Lens,
): Shown<E> | undefined {
  const isThere = thereFor(versions, lens)
  const isIt = (one: ArchivedVersion): boolean => one.version === version && isThere(one)
  const found = versions.recent.find(isIt)
  if (found !== undefined) return shown(found, lens)
  const archived = versions.archived.find(isIt)
  if (archived !== undefined) throw onlyInLog(archived)
  return undefined
}

/**
 * Every version that the lens sees, oldest first: the newest `keep` of its time whole, the others as positions.
 * AS_OF_TOO_OLD where only the log still has one that was kept whole then.
 */
export function versionHistory<E>(
  versions: Versions<E>,
  lens: Lens,
  keep: number,
): (ArchivedVersion & { readonly event?: E })[] {
  const isThere = thereFor(versions, lens)
  const knownThen = ({ knownFrom }: Provenance): boolean => knownFrom <= lens.at
  const last = [...versions.archived, ...versions.recent].findLast(knownThen)?.version ?? 0
  const lost = versions.archived.find((one) => one.version > last - keep && isThere(one))
  if (lost !== undefined) throw onlyInLog(lost)
  const whole = versions.recent.flatMap((one) => (isThere(one) ? (shown(one, lens) ?? []) : []))
  return [...versions.archived.filter(isThere), ...whole]
}

/** Forgets the content of versions, for all times; their numbers stay given. */
export function eraseVersions<E>({ recent }: Versions<E>, isGone: (event: E) => boolean): void {
  for (const version of recent) {
    if (version.event !== undefined && isGone(version.event)) version.event = undefined
  }
}

function thereFor<E>({ removals }: Versions<E>, lens: Lens): (one: Provenance) => boolean {
  const removal = removals.findLast((one) => sees(lens, one))
  return (one) => sees(lens, one) && (removal === undefined || isBefore(removal, one))
}

function shown<E>(
  { event, version, source, position, knownFrom, expiresAt }: Version<E>,
  lens: Lens,
): Shown<E> | undefined {
  if (event === undefined || expiresAt <= lens.at) return undefined
  return { event, version, source, position, knownFrom }
}

function onlyInLog({ version, position }: ArchivedVersion): WaggleError {
  return new WaggleError('AS_OF_TOO_OLD', `Version ${version} is kept in the log only`, {
    field: 'asOf',
    input: positionText(position),
  })
}
