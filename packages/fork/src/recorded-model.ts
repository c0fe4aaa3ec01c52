import { messageOf, WaggleError, type Clock } from '@waggle/base'
import type { Emitter } from '@waggle/emit'
import type { ModelCall } from '@waggle/event'
import { canonicalJson, type Json } from '@waggle/view-coordination'
import { callKey, type Recordings } from './recordings.ts'

/**
 * record   asks the model each time
 * replay   asks only what the log has no answer to
 * strict   never asks: CALL_NOT_RECORDED where the log has no answer
 *
 * What is asked is recorded.
 */
export type RecordMode = 'record' | 'replay' | 'strict'

export interface ModelAnswer {
  readonly response: Json
  readonly tokensIn?: number
  readonly tokensOut?: number
}

export type AskModel = (request: Json) => Promise<ModelAnswer>

export interface RecordedModelOptions {
  readonly mode: RecordMode
  readonly agent: string
  readonly emitter: Emitter
  readonly clock: Clock
  /** What there is to take answers from; not asked in the mode `record`. */
  readonly recordings: Recordings
}

/** The step that asks, for the record. */
export interface AskingStep {
  readonly cause?: string | null
  readonly trajectory?: string | null
  readonly subject?: string | null
  readonly model_id?: string | null
  readonly model_version?: string | null
}

/**
 * A model whose answers are in the log. What it answers is a function of the request by its content, so a fork that
 * asks the same hears the same, and pays for nothing. A failure is recorded too, and fails again.
 */
export function recordedModel(
  ask: AskModel,
  { mode, agent, emitter, clock, recordings }: RecordedModelOptions,
): (request: Json, step?: AskingStep) => Promise<Json> {
  let asked = 0
  return async (request, step = {}) => {
    asked++
    const key = callKey(request)
    const known = mode === 'record' ? undefined : await recordings.take(agent, key)
    if (known !== undefined) return answerOf(known)
    if (mode === 'strict') throw notRecorded({ agent, asked, key, step })
    const start = clock.now()
    const say = (outcome: Partial<ModelCall>): Promise<unknown> =>
      emitter.emit({
        kind: 'model_call',
        ...step,
        key,
        request: canonicalJson(request),
        latency_us: Math.max(0, clock.now() - start),
        ...outcome,
      })
    let answer: ModelAnswer
    try {
      answer = await ask(request)
    } catch (error) {
      await say({ error: messageOf(error).slice(0, ERROR_MAX) })
      throw error
    }
    const { response, tokensIn = 0, tokensOut = 0 } = answer
    await say({ response: canonicalJson(response), tokens_in: tokensIn, tokens_out: tokensOut })
    return response
  }
}

const ERROR_MAX = 4096

function answerOf({ response, error }: ModelCall): Json {
  if (response === null) throw new Error(error ?? 'The model failed')
  return JSON.parse(response) as Json
}

function notRecorded(at: {
  readonly agent: string
  readonly asked: number
  readonly key: string
  readonly step: AskingStep
}): WaggleError {
  const { agent, asked, key, step } = at
  const { cause = null, trajectory = null } = step
  const where = [
    trajectory === null ? '' : ` in ${trajectory}`,
    cause === null ? '' : ` after ${cause}`,
  ]
  const what = `Call ${asked} of ${agent}${where.join('')} asks what nobody has recorded: ${key}`
  return new WaggleError('CALL_NOT_RECORDED', what, {
    field: 'request',
    input: { agent, asked, key, ...step },
  })
}
