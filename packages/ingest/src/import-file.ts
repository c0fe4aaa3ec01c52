import { isWaggleError, WaggleError, type Clock, type ErrorCode } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createEmitter, type AnyDraft } from '@waggle/emit'
import { derivedId } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { BadRows } from './bad-rows.ts'
import { draftOf, type ImportSpec } from './draft-row.ts'
import { hashFile, readRows, type Format, type OnRead } from './read-rows.ts'
import type { Row } from './row.ts'

export interface ImportOptions {
  readonly path: string
  readonly format: Format
  readonly spec: ImportSpec
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly swarm: string
  readonly agent: string
  readonly run?: string | null
  /** Told of each row that is no event, and why; it is kept as a dead letter too. */
  readonly onBadRow: (bad: BadRow) => void
  /** Told the bytes that have been read as rows, of all; the last thousand rows may not be in the log yet. */
  readonly onProgress?: OnRead
}

export interface BadRow {
  readonly line: number
  readonly code: ErrorCode
  readonly reason: string
  readonly row: unknown
}

export interface ImportResult {
  readonly session: string
  readonly imported: number
  /** In the log already, from an import that was broken off or made before. */
  readonly repeated: number
  readonly bad: number
}

const BATCH = 1000

/**
 * Imports a file. The session is made of the file's hash and of how it is read, the sequence number is the number of
 * the row: whoever imports it again, after whatever, gives the same events, and each takes effect once.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const { path, format, spec, log, swarm, agent, onBadRow } = options
  const hash = await hashFile(path)
  const how = JSON.stringify([swarm, agent, options.run ?? null, spec])
  const session = derivedId(`import/${hash}/${how}`)
  const counts = { session, imported: 0, repeated: 0, bad: 0 }
  const badRows = new BadRows({ log, path, hash, session, key: `${swarm}/${agent}` })
  const refuse = async (row: Row, { code, message: reason }: WaggleError): Promise<void> => {
    const { line, piece, cells = null } = row
    await badRows.add(row, code, reason)
    if (piece > 0) return
    counts.bad++
    onBadRow({ line, code, reason, row: cells })
  }
  let pending: Pending[] = []
  const flush = async (lastRow: number): Promise<void> => {
    const outcomes = await emitRows(options, session, pending, lastRow)
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome === 'imported' || outcome === 'repeated') counts[outcome]++
      else await refuse(pending[at]!.row, outcome)
    }
    pending = []
  }
  let number = 0
  for await (const row of readRows(path, format, options.onProgress)) {
    const draft = draftOrError(spec, row)
    // Numbers of an emitter follow each other: rows behind one that is left out go by themselves.
    const isBad = draft instanceof WaggleError
    if (isBad || pending.length === BATCH) await flush(number)
    number++
    if (isBad) await refuse(row, draft)
    else pending.push({ row, draft })
  }
  await flush(number)
  await badRows.flush()
  return counts
}

interface Pending {
  readonly row: Row
  readonly draft: AnyDraft
}

type Outcome = 'imported' | 'repeated' | WaggleError

function draftOrError(spec: ImportSpec, { cells, problem }: Row): AnyDraft | WaggleError {
  try {
    if (cells === undefined) throw new WaggleError('INPUT_INVALID', problem ?? 'no row')
    return draftOf(spec, cells)
  } catch (error) {
    if (isWaggleError(error, 'INPUT_INVALID')) return error
    throw error
  }
}

/** All at once; where one is refused, one by one, so that it is the only one. */
async function emitRows(
  { log, codec, clock, swarm, agent, run = null }: ImportOptions,
  session: string,
  pending: readonly Pending[],
  lastRow: number,
): Promise<Outcome[]> {
  const first = lastRow - pending.length
  const emit = async (lastSeq: number, drafts: readonly AnyDraft[]): Promise<Outcome[]> => {
    const emitter = createEmitter({ log, codec, clock, swarm, agent, session, run, lastSeq })
    const emitted = await emitter.emitAll(drafts)
    return emitted.map(({ duplicate }) => (duplicate ? 'repeated' : 'imported'))
  }
  const drafts = pending.map(({ draft }) => draft)
  try {
    return await emit(first, drafts)
  } catch (error) {
    if (!isWaggleError(error) || error.retriable) throw error
    const outcomes: Outcome[] = []
    for (const [at, draft] of drafts.entries())
      outcomes.push(...(await emit(first + at, [draft]).catch(outcomeOf)))
    return outcomes
  }
}

/** The log remembers only so many stretches of numbers: what it says has passed was imported. */
function outcomeOf(error: unknown): Outcome[] {
  if (!isWaggleError(error) || !OF_THE_ROW.includes(error.code)) throw error
  return [error.code === 'SEQ_DUPLICATE' ? 'repeated' : error]
}

const OF_THE_ROW: readonly ErrorCode[] = [
  'EVENT_TOO_LARGE',
  'FIELD_INVALID',
  'FIELD_MISSING',
  'KNOWN_BEFORE_OCCURRED',
  'KNOWN_IN_FUTURE',
  'SEQ_DUPLICATE',
]
