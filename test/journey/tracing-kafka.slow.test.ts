import { trace } from '@opentelemetry/api'
import {
  ATTR_KAFKA_OFFSET,
  ATTR_MESSAGING_SYSTEM_NAME,
  MESSAGING_SYSTEM_NAME_VALUE_KAFKA,
} from '@opentelemetry/semantic-conventions/incubating'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { cloudEventHeaders, createEmitter } from '@waggle/emit'
import { traceBatches, tracedLog } from '@waggle/telemetry'
import { createHotProjection } from '@waggle/view-hot'
import { PARTITIONS } from '@waggle/event'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionTo, openTestLog, resolveKafka } from '../support/kafka.ts'
import { inMemoryRegistry } from '../support/memory-bus.ts'
import { registerSdk } from '../support/spans.ts'

const kafka = await resolveKafka()
const clock = systemClock()
const DECISIONS = 'waggle.decisions.v1'

describe.skipIf(kafka === undefined)('a trace through Kafka', () => {
  let sdk: ReturnType<typeof registerSdk>
  beforeAll(() => void (sdk = registerSdk()))
  afterAll(async () => {
    await sdk.stop()
    await kafka!.dispose()
  })

  test('goes from the decision to the view that took it, and replaces the header of the event', async () => {
    const own = await openTestLog({ connection: connectionTo(kafka!.broker), topics: PARTITIONS })
    const log = tracedLog(own, 'kafka')
    const codec = createCodec(inMemoryRegistry())
    await codec.register()
    const runner = createRunner({
      log,
      codec,
      clock,
      logger: silentLogger,
      projection: createHotProjection(),
      around: traceBatches('kafka'),
    })
    await runner.start()
    const scope = { swarm: 'desk', agent: 'ada', session: 's' }
    const emitter = createEmitter({ log, codec, clock, ...scope, headers: cloudEventHeaders })
    const draft = { kind: 'decision', action: 'WAIT', context: '', reasoning: '', confidence: 0.5 }
    const thought = await trace.getTracer('test').startActiveSpan('think', async (span) => {
      const emitted = await emitter.emit(draft as never)
      span.end()
      return { ...span.spanContext(), position: emitted.position }
    })
    await runner.caughtUp(30_000)
    const sent = sdk.spans().find(({ name }) => name === `send ${DECISIONS}`)!
    const offset = Number(thought.position.offset)
    expect(sent.spanContext().traceId).toBe(thought.traceId)
    expect(sent.attributes).toMatchObject({
      [ATTR_MESSAGING_SYSTEM_NAME]: MESSAGING_SYSTEM_NAME_VALUE_KAFKA,
      [ATTR_KAFKA_OFFSET]: offset,
    })
    const [record] = await log.read(thought.position, 1)
    expect(record!.headers).toMatchObject({
      ce_type: 'waggle.decision.v1',
      traceparent: `00-${thought.traceId}-${sent.spanContext().spanId}-01`,
    })
    const taken = sdk.spans().filter(({ name }) => name === `process ${DECISIONS}`)
    expect(taken.flatMap(({ links }) => links)).toMatchObject([
      { context: { traceId: thought.traceId, spanId: sent.spanContext().spanId } },
    ])
    await runner.stop()
    await log.close()
  })
})
