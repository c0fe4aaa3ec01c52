import { createAgent, firstCarry, runCycle, type Agent } from '@waggle/agent'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import {
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_KAFKA_OFFSET,
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_CONSUMER_GROUP_NAME,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM_NAME,
  GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL,
  GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT,
  GEN_AI_OPERATION_NAME_VALUE_RETRIEVAL,
  MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
  MESSAGING_OPERATION_TYPE_VALUE_SEND,
} from '@opentelemetry/semantic-conventions/incubating'
import { systemClock, type Logger } from '@waggle/base'
import { tracedLogger } from '@waggle/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'
import { registerSdk } from '../support/spans.ts'

const DECISIONS = 'waggle.decisions.v1'
let sdk: ReturnType<typeof registerSdk>
let bus: OpenAgentBus
let ada: Agent

const named = (name: string): ReadableSpan[] => sdk.spans().filter((span) => span.name === name)
const traceOf = (span: ReadableSpan | undefined) => span?.spanContext().traceId
const choice = { action: 'WAIT', context: '', reasoning: '', confidence: 0.5 }

beforeAll(async () => {
  bus = await openAgentBus({ log: 'memory', dataDir: 'unused', clock: systemClock() })
  ada = createAgent({ bus, swarm: 'desk', name: 'ada', trajectory: 'ada/1' })
  await ada.join()
  const { position } = await ada.decide(choice)
  const [before] = await bus.log.read(position, 1)
  expect(before!.headers['traceparent']).toBeUndefined()
  await bus.caughtUp(10_000)
  sdk = registerSdk()
})
afterAll(async () => {
  await sdk.stop()
  await bus.stop()
})

test('one trace from a decision to the log, linked from every view that took it', async () => {
  const { position } = await ada.decide(choice)
  await bus.caughtUp(10_000)
  const [decided] = named('decide ada')
  expect(decided?.attributes).toMatchObject({
    [ATTR_GEN_AI_AGENT_NAME]: 'ada',
    [ATTR_GEN_AI_CONVERSATION_ID]: 'ada/1',
  })
  const [sent] = named(`send ${DECISIONS}`)
  expect(sent).toMatchObject({
    kind: SpanKind.PRODUCER,
    attributes: {
      [ATTR_MESSAGING_SYSTEM_NAME]: 'waggle',
      [ATTR_MESSAGING_DESTINATION_NAME]: DECISIONS,
      [ATTR_MESSAGING_OPERATION_TYPE]: MESSAGING_OPERATION_TYPE_VALUE_SEND,
      [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: String(position.partition),
      [ATTR_KAFKA_OFFSET]: Number(position.offset),
    },
  })
  expect(traceOf(sent)).toBe(traceOf(decided))
  expect(sent!.parentSpanContext?.spanId).toBe(decided!.spanContext().spanId)
  const [record] = await bus.log.read(position, 1)
  const { traceId, spanId } = sent!.spanContext()
  expect(record!.headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
  const taken = named(`process ${DECISIONS}`)
  const views = taken.map(({ attributes }) =>
    String(attributes[ATTR_MESSAGING_CONSUMER_GROUP_NAME]),
  )
  expect([...new Set(views)].sort()).toEqual(
    bus.runners
      .filter(({ projection }) => projection.topics.includes(DECISIONS))
      .map(({ name }) => name)
      .sort(),
  )
  for (const span of taken) {
    expect(span.kind).toBe(SpanKind.CONSUMER)
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.attributes).toMatchObject({
      [ATTR_MESSAGING_OPERATION_TYPE]: MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
      [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: 1,
    })
    expect(span.links).toMatchObject([
      {
        context: { traceId, spanId },
        attributes: { [ATTR_KAFKA_OFFSET]: Number(position.offset) },
      },
    ])
  }
})

test('a cycle is a trace: what it recalled, decided and did are its children', async () => {
  const steps = {
    perceive: () => ({ observations: [{ domain: 'd', source: 's', content: 'up' }] }),
    think: () => ({ decision: choice }),
    act: ({ agent }: { agent: Agent }, decision: Parameters<Agent['act']>[0]) =>
      agent.act(decision, { name: 'order', run: () => 'done' }),
  }
  const result = await runCycle(ada, steps, firstCarry(null))
  expect(result.status).toBe('DECIDED')
  const [cycle] = named('invoke_agent ada')
  expect(cycle?.attributes[ATTR_GEN_AI_OPERATION_NAME]).toBe(
    GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT,
  )
  const [recalled] = named('retrieval memory')
  expect(recalled?.attributes[ATTR_GEN_AI_OPERATION_NAME]).toBe(
    GEN_AI_OPERATION_NAME_VALUE_RETRIEVAL,
  )
  const [done] = named('execute_tool order')
  expect(done?.attributes).toMatchObject({
    [ATTR_GEN_AI_OPERATION_NAME]: GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL,
    [ATTR_GEN_AI_TOOL_NAME]: 'order',
  })
  const children = [recalled, done, named('decide ada').at(-1)]
  expect(children.map(traceOf)).toEqual(children.map(() => traceOf(cycle)))
})

test('what fails is a failed span with its code', async () => {
  await expect(ada.decide({ ...choice, confidence: 7 })).rejects.toThrow()
  const failed = named('decide ada').at(-1)!
  expect(failed.status.code).toBe(SpanStatusCode.ERROR)
  expect(failed.attributes['error.type']).toBe('FIELD_INVALID')
})

test('a log line says the span it was written in', () => {
  const lines: object[] = []
  const keep = (fields: object): void => void lines.push(fields)
  const logger: Logger = tracedLogger({ info: keep, warn: keep, error: keep })
  logger.info({ a: 1 }, 'outside')
  const { traceId, spanId } = trace.getTracer('test').startActiveSpan('work', (span) => {
    logger.warn({ b: 2 }, 'inside')
    span.end()
    return span.spanContext()
  })
  expect(lines).toEqual([{ a: 1 }, { b: 2, trace_id: traceId, span_id: spanId, trace_flags: '01' }])
})
