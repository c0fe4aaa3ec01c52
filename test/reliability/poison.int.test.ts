import { describe, expect, it } from 'vitest'
import { LIMITS, silentLogger } from '@waggle/base'
import {
  createRunner,
  readDeadLetters,
  RecordRejected,
  type Projection,
  type ProjectionBatch,
} from '@waggle/consume'
import { eventId, type Signal } from '@waggle/event'
import type { AppendRecord } from '@waggle/log'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'
import { NO_CONTEXT } from '../support/no-context.ts'

const TOPIC = 'waggle.signals.v1'
const SIGNAL = { kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5 } as const

/** A view that notes what it applied, and fails as told. */
function noteView(
  fail: (batch: ProjectionBatch) => void = () => {},
): Projection & { readonly ids: string[] } {
  const ids: string[] = []
  const checkpoints = new Map<string, ProjectionBatch>()
  return {
    name: 'notes',
    version: 1,
    topics: [TOPIC],
    ids,
    checkpoints: async () => [...checkpoints.values()],
    apply: async (batch) => {
      fail(batch)
      ids.push(...batch.events.map(({ envelope }) => envelope.id))
      checkpoints.set(String(batch.partition), batch)
    },
    reset: async () => {
      ids.length = 0
      checkpoints.clear()
    },
    digest: async () => [...ids].sort().join(),
  }
}

function signalOf(seq: number, more: Partial<Signal> = {}): Signal {
  const envelope = {
    id: eventId('raw', seq, START),
    swarm: SWARM,
    agent: 'raw',
    session: 'raw',
    seq,
    occurred_at: START,
    known_at: START,
  }
  return {
    ...envelope,
    ...NO_CONTEXT,
    ...SIGNAL,
    targets: [],
    instrument: null,
    strength: 0,
    recommended_action: '',
    message: '',
    ttl_ms: 1000,
    dedupe_key: null,
    escalate_after_ms: null,
    escalate_to: [],
    ...more,
  }
}

/** Bytes as a foreign producer might send them, each with the code it must be refused with. */
function poisons({ codec }: MemoryBus): [code: string, value: Buffer][] {
  const good = codec.encode(signalOf(1))
  const withByte = (at: number, byte: number): Buffer => {
    const bytes = Buffer.from(good)
    bytes[at] = byte
    return bytes
  }
  const nan = codec.encode(signalOf(1, { confidence: 0.123456789 }))
  const confidence = Buffer.alloc(8)
  confidence.writeDoubleLE(0.123456789)
  const poisoned = (value: number): Buffer => {
    const bytes = Buffer.from(nan)
    bytes.writeDoubleLE(value, nan.indexOf(confidence))
    return bytes
  }
  const vote = codec.encode({
    ...signalOf(1),
    kind: 'vote',
    proposal: 'p',
    choice: 'approve',
    reasoning: '',
  } as never)
  return [
    ['FRAME_INVALID', Buffer.alloc(0)],
    ['FRAME_INVALID', withByte(0, 1)],
    ['FRAME_INVALID', Buffer.from('{"json": true}')],
    ['SCHEMA_UNKNOWN', withByte(2, 99)],
    ['BYTES_MALFORMED', good.subarray(0, good.length - 1)],
    ['BYTES_MALFORMED', Buffer.concat([good, Buffer.from([0])])],
    ['BYTES_MALFORMED', good.subarray(0, 6)],
    ['BYTES_MALFORMED', poisoned(Number.NaN)],
    ['BYTES_MALFORMED', poisoned(1.5)],
    ['BYTES_MALFORMED', poisoned(Number.NEGATIVE_INFINITY)],
    ['EVENT_TOO_LARGE', Buffer.concat([good, Buffer.alloc(LIMITS.eventBytesMax)])],
    ['TOPIC_MISMATCH', vote],
    [
      'KNOWN_IN_FUTURE',
      codec.encode(
        signalOf(1, { session: 'ahead', known_at: START + LIMITS.knownAheadMaxMicros + 1 }),
      ),
    ],
    ['SEQ_DUPLICATE', codec.encode(signalOf(2))],
  ]
}

const raw = (value: Buffer): AppendRecord => ({ topic: TOPIC, partition: 0, key: 'k', value })

async function run(bus: MemoryBus, ...views: Projection[]): Promise<void> {
  for (const projection of views) {
    const runner = createRunner({ ...bus, projection, logger: silentLogger })
    await runner.start()
    await runner.caughtUp(5000)
    await runner.stop()
  }
}

async function deadLetters(
  bus: MemoryBus,
): Promise<{ code: string | undefined; offset: string | undefined; value: Buffer }[]> {
  const letters = []
  for await (const { headers, value } of readDeadLetters(bus.log)) {
    letters.push({ code: headers['dlq-code'], offset: headers['dlq-offset'], value })
  }
  return letters
}

describe('bad input in the log', () => {
  it('goes to the dead letters with its reason and raw bytes, and delays nothing else', async () => {
    const bus = await memoryBus()
    const bad = poisons(bus)
    await bus.log.append([raw(bus.codec.encode(signalOf(2)))])
    for (const [index, [, value]] of bad.entries()) {
      await bus.log.append([raw(value), raw(bus.codec.encode(signalOf(index + 3)))])
    }
    const view = noteView()
    await run(bus, view)
    expect(view.ids).toHaveLength(bad.length + 1)
    const letters = await deadLetters(bus)
    expect(letters.map(({ code }) => code)).toEqual(bad.map(([code]) => code))
    for (const [index, { value, offset }] of letters.entries()) {
      expect(value.equals(bad[index]![1])).toBe(true)
      expect(offset).toBe(String(index * 2 + 1))
    }
  })

  it('is one dead letter however many views refuse it, and however often', async () => {
    const bus = await memoryBus()
    await bus.log.append([raw(Buffer.from('garbage'))])
    const view = noteView()
    await run(bus, view, noteView())
    await view.reset()
    await run(bus, view)
    expect(await deadLetters(bus)).toHaveLength(1)
    expect(await bus.log.ends([{ topic: 'waggle.dead-letters.v1', partition: 0 }])).toMatchObject([
      { offset: 1n },
    ])
  })

  it('a record that one view cannot take is left out of that view only', async () => {
    const bus = await memoryBus()
    for (let seq = 1; seq <= 5; seq++) await bus.log.append([raw(bus.codec.encode(signalOf(seq)))])
    const picky = noteView(({ events }) => {
      if (events.some(({ record }) => record.offset === 2n))
        throw new RecordRejected(2n, 'no thirds')
    })
    const easy = noteView()
    await run(bus, picky, easy)
    expect(picky.ids).toHaveLength(4)
    expect(easy.ids).toHaveLength(5)
    expect(await deadLetters(bus)).toMatchObject([{ code: 'RECORD_REJECTED', offset: '2' }])
  })

  it('a view that fails is stalled with its reason, recovers by itself and misses nothing', async () => {
    const bus = await memoryBus()
    for (let seq = 1; seq <= 30; seq++) await bus.log.append([raw(bus.codec.encode(signalOf(seq)))])
    let failures = 3
    const view = noteView(() => {
      if (failures-- > 0) throw new Error('the disk is full')
    })
    const reasons: string[] = []
    const logger = {
      ...silentLogger,
      error: (_fields: object, message: string) => void reasons.push(message),
    }
    const watched = createRunner({ ...bus, projection: view, logger, batchRecords: 7 })
    await watched.start()
    await watched.caughtUp(5000)
    expect((await watched.status()).state).toBe('running')
    expect((await watched.status()).lag).toBe(0n)
    await watched.stop()
    expect(reasons).toEqual(Array.from({ length: 3 }, () => 'notes stalled: the disk is full'))
    expect(view.ids).toHaveLength(30)
  })

  it('pausing keeps positions, resuming goes on, rebuilding equals', async () => {
    const bus = await memoryBus()
    const view = noteView()
    const runner = createRunner({ ...bus, projection: view, logger: silentLogger })
    await runner.start()
    await bus.log.append([raw(bus.codec.encode(signalOf(1)))])
    await runner.caughtUp(5000)
    await runner.pause()
    await bus.log.append([raw(bus.codec.encode(signalOf(2)))])
    expect(await runner.status()).toMatchObject({ state: 'paused', lag: 1n })
    await runner.resume()
    await runner.caughtUp(5000)
    expect(view.ids).toHaveLength(2)
    const live = await view.digest()
    await runner.rebuild()
    expect(await view.digest()).toBe(live)
    await runner.stop()
  })
})

describe('bad input at emit', () => {
  const cases: [name: string, draft: object, code: string, field?: string][] = [
    [
      'a missing field',
      { kind: 'signal', domain: 'd', severity: 'LOW' },
      'FIELD_MISSING',
      'confidence',
    ],
    ['NaN confidence', { ...SIGNAL, confidence: Number.NaN }, 'FIELD_INVALID', 'confidence'],
    ['confidence beyond 1', { ...SIGNAL, confidence: 1.01 }, 'FIELD_INVALID', 'confidence'],
    ['an unknown field', { ...SIGNAL, color: 'red' }, 'FIELD_UNKNOWN', 'color'],
    ['an unknown symbol', { ...SIGNAL, severity: 'EXTREME' }, 'FIELD_INVALID', 'severity'],
    ['a wrong id', { ...SIGNAL, cause: 'yesterday' }, 'FIELD_INVALID', 'cause'],
    ['an empty name', { ...SIGNAL, domain: '' }, 'FIELD_INVALID', 'domain'],
    ['a wrong item', { ...SIGNAL, targets: ['a', 7] }, 'FIELD_INVALID', 'targets[1]'],
    [
      'a future known_at',
      { ...SIGNAL, known_at: START + LIMITS.knownAheadMaxMicros + 1 },
      'KNOWN_IN_FUTURE',
      'known_at',
    ],
    [
      'a known_at before it occurred',
      { ...SIGNAL, occurred_at: START, known_at: START - 1 },
      'KNOWN_BEFORE_OCCURRED',
      'known_at',
    ],
    [
      'an oversized field',
      { ...SIGNAL, message: 'x'.repeat(LIMITS.fieldBytesMax + 1) },
      'FIELD_INVALID',
      'message',
    ],
    [
      'an oversized event',
      {
        kind: 'decision',
        action: 'LONG',
        confidence: 0.5,
        context: 'x'.repeat(500_000),
        reasoning: 'y'.repeat(500_000),
        predicted_outcome: 'z'.repeat(500_000),
      },
      'EVENT_TOO_LARGE',
    ],
  ]
  it.each(cases)('%s is a typed error that names it', async (_name, draft, code, field) => {
    const bus = await memoryBus()
    const emitter = bus.emitter('a')
    const error = await emitter.emit(draft as never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, ...(field === undefined ? {} : { field }) })
    expect(emitter.seq).toBe(0)
    expect((await emitter.emit(SIGNAL)).event.seq).toBe(1)
  })

  it('an agent that has not joined may not emit', async () => {
    const { createEmitter } = await import('@waggle/emit')
    const bus = await memoryBus()
    const emitter = createEmitter({
      ...bus,
      swarm: SWARM,
      agent: 'stranger',
      session: 's',
      isMember: () => false,
    })
    await expect(emitter.emit(SIGNAL)).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' })
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'x' })
    await emitter.emit(SIGNAL)
  })

  it('a resumed session gets its first positions again, and other content under a seq is refused', async () => {
    const bus = await memoryBus()
    const first = await bus.emitter('a').emitAll([SIGNAL, { ...SIGNAL, domain: 'e' }])
    const again = await bus.emitter('a').emitAll([SIGNAL, { ...SIGNAL, domain: 'e' }])
    expect(again.map(({ position }) => position)).toEqual(first.map(({ position }) => position))
    expect(again.every(({ duplicate }) => duplicate)).toBe(true)
    await expect(bus.emitter('a').emit({ ...SIGNAL, domain: 'f' })).rejects.toMatchObject({
      code: 'SEQ_DUPLICATE',
    })
  })
})
