import { draft as draftSchema, type DraftJson, type EmittedJson, type Problem } from '@waggle/api'
import { isWaggleError } from '@waggle/base'
import { check } from '../bind-route.ts'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { problemOf } from '../problem-of.ts'
import { parseJson } from '../read-json.ts'
import { emittedJson, emitDrafts, type EmitRequest } from './emit-drafts.ts'
import type { BodyLine } from './split-lines.ts'

/** What became of a line. */
export interface LineAnswer {
  readonly line: number
  readonly emitted?: EmittedJson
  readonly problem?: Problem
}

interface Drafted {
  readonly line: number
  readonly draft: DraftJson
}

const BATCH_MAX = 1000

export interface LinesRequest extends Pick<EmitRequest, 'swarm' | 'run'> {
  readonly authorization: string | undefined
}

/**
 * Emits lines in their order, those of one agent that follow each other as one append; an answer for each. What the
 * token may do is asked each time: a stream may outlast it.
 */
export async function* emitLines(
  parts: GatewayParts,
  { authorization, ...scope }: LinesRequest,
  lines: readonly BodyLine[],
): AsyncGenerator<LineAnswer[]> {
  let request: Omit<EmitRequest, 'drafts'>
  try {
    request = { ...scope, principal: parts.doorkeeper.recognize(authorization) }
  } catch (error) {
    yield lines.map(({ line }) => failed(parts, line, error))
    return
  }
  let batch: Drafted[] = []
  for (const { line, text } of lines) {
    let drafted: Drafted
    try {
      drafted = { line, draft: draftOf(text, line) }
    } catch (error) {
      if (batch.length > 0) yield await emitBatch(parts, request, batch)
      batch = []
      yield [failed(parts, line, error)]
      continue
    }
    if (batch.length > 0 && (batch.length === BATCH_MAX || !follows(batch, drafted.draft))) {
      yield await emitBatch(parts, request, batch)
      batch = []
    }
    batch.push(drafted)
  }
  if (batch.length > 0) yield await emitBatch(parts, request, batch)
}

function draftOf(text: string | undefined, line: number): DraftJson {
  if (text === undefined)
    throw new GatewayFault('BODY_TOO_LARGE', `Line ${line} is longer than a line may be`, { line })
  return check(draftSchema, parseJson(text, line), 'line') as DraftJson
}

/** Whether a draft can be appended together with those before it. */
function follows(batch: readonly Drafted[], { agent, session, seq }: DraftJson): boolean {
  const { draft: last } = batch.at(-1)!
  const isNext = seq === undefined ? last.seq === undefined : seq === (last.seq ?? NaN) + 1
  return last.agent === agent && last.session === session && isNext
}

/**
 * An append has all of its events or none, so where one is refused its halves are tried, down to the line at fault. What
 * may help when tried again is not: some of it may stand in the log.
 */
async function emitBatch(
  parts: GatewayParts,
  request: Omit<EmitRequest, 'drafts'>,
  batch: readonly Drafted[],
): Promise<LineAnswer[]> {
  try {
    const drafts = batch.map(({ draft }) => draft)
    const emitted = await emitDrafts(parts, { ...request, drafts })
    return batch.map(({ line }, index) => ({ line, emitted: emittedJson(emitted[index]!) }))
  } catch (error) {
    const isOfOne = isWaggleError(error) ? !error.retriable : error instanceof GatewayFault
    if (batch.length === 1 || !isOfOne) return batch.map(({ line }) => failed(parts, line, error))
    const middle = Math.ceil(batch.length / 2)
    const first = await emitBatch(parts, request, batch.slice(0, middle))
    return [...first, ...(await emitBatch(parts, request, batch.slice(middle)))]
  }
}

function failed({ logger }: GatewayParts, line: number, error: unknown): LineAnswer {
  return { line, problem: { ...problemOf(error, logger), line } }
}
