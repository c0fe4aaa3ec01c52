import { ROUTES } from '@waggle/api'
import type { Context } from 'hono'
import type { GatewayApp, GatewayEnv, GatewayParts } from '../gateway-parts.ts'
import { authorize } from '../principal.ts'
import { check, NDJSON } from '../bind-route.ts'
import { writableRunIn } from '../read-scope.ts'
import { emitLines, type LineAnswer } from './emit-lines.ts'
import { splitLines } from './split-lines.ts'

/** An event of the largest size, as JSON. */
const LINE_BYTES_MAX = 4 * 1024 * 1024
/** Answers that wait to be read: a caller that writes all before it reads gets by with so much. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024

const PATH = /^\/v1\/swarms\/[^/]+\/events$/

/** Whether a request is a stream of drafts: it has no largest size, for no more of it is held than a line. */
export function isLineStream(c: Context): boolean {
  if (c.req.method !== 'POST' || !PATH.test(c.req.path)) return false
  return (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase() === NDJSON
}

/**
 * Drafts in, answers out, line by line: what became of each line, in order. Nothing more is read while more than
 * UNREAD_BYTES_MAX of answers wait to be read, so that a caller that does not read holds up itself alone.
 */
export function bindEmitStream(app: GatewayApp, parts: GatewayParts): void {
  app.post(ROUTES.emit.path.replace('{swarm}', ':swarm'), async (c, next) => {
    if (!isLineStream(c)) return next()
    const swarm = c.req.param('swarm')!
    authorize(c.get('principal'), { verb: 'emit', swarm })
    const query = check(ROUTES.emit.query, c.req.query(), 'query') as { run?: string }
    const authorization = c.req.header('authorization')
    const request = { swarm, run: writableRunIn(query), authorization }
    c.header('content-type', NDJSON)
    c.header('cache-control', 'no-store')
    c.header('x-accel-buffering', 'no')
    return c.body(answersTo(c, (lines) => emitLines(parts, request, lines)))
  })
}

type Emit = (lines: Parameters<typeof emitLines>[2]) => AsyncGenerator<LineAnswer[]>

function answersTo(c: Context<GatewayEnv>, emit: Emit): ReadableStream<Uint8Array> {
  const reader = c.req.raw.body?.getReader()
  const answers = answerTexts(reader, emit)
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await answers.next()
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      // Whoever goes away has what was appended by then; the rest of what it sends is not looked at.
      cancel: async (reason) => {
        await reader?.cancel(reason).catch(() => {})
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_BYTES_MAX }),
  )
}

async function* answerTexts(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  emit: Emit,
): AsyncGenerator<string> {
  if (reader === undefined) return
  for await (const lines of splitLines(chunksOf(reader), LINE_BYTES_MAX))
    for await (const answers of emit(lines))
      yield answers.map((answer) => `${JSON.stringify(answer)}\n`).join('')
}

/** What is sent, until it ends or the connection is lost. */
async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const step = await reader.read().catch(() => undefined)
    if (step === undefined || step.done) return
    yield step.value
  }
}
