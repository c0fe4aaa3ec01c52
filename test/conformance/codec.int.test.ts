import avro from 'avsc'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { isWaggleError } from '@waggle/base'
import {
  avroTypeOf,
  containerFile,
  containerHeader,
  createCodec,
  FRAME_HEADER_BYTES,
  schemaIdOf,
  WriterSchema,
  type Codec,
} from '@waggle/codec'
import {
  KINDS,
  SCHEMAS,
  validateEvent,
  type AvroRecord,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import { inMemoryRegistry } from '../support/memory-bus.ts'
import { anyEvent } from '../support/sample-events.ts'

let codec: Codec
beforeAll(async () => {
  codec = createCodec(inMemoryRegistry())
  await codec.register()
})

const RUNS = 60
const plain = (event: WaggleEvent): object => ({ ...event })

describe.each(KINDS)('%s', (kind: Kind) => {
  it('survives encoding, and is read as avsc reads it', async () => {
    const type = avroTypeOf(SCHEMAS[kind])
    await fc.assert(
      fc.asyncProperty(anyEvent(kind), async (event) => {
        expect(validateEvent(event as never)).toEqual(event)
        const frame = codec.encode(event)
        expect(await codec.decode(frame)).toEqual(event)
        const read = type.fromBuffer(frame.subarray(FRAME_HEADER_BYTES)) as object
        expect({ kind, ...read }).toEqual(plain(event))
        const { id, swarm, agent, session, seq, knownAt, occurredAt, run, trajectory, cause } =
          codec.writerOf(frame)!.check(frame)
        expect({
          id,
          swarm,
          agent,
          session,
          seq,
          known_at: knownAt,
          occurred_at: occurredAt,
          run,
          trajectory,
          cause,
        }).toEqual(
          Object.fromEntries(
            [
              'id',
              'swarm',
              'agent',
              'session',
              'seq',
              'known_at',
              'occurred_at',
              'run',
              'trajectory',
              'cause',
            ].map((name) => [name, event[name as keyof WaggleEvent]]),
          ),
        )
      }),
      { numRuns: RUNS },
    )
  })

  it('damaged anywhere, is refused or is another valid event; never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyEvent(kind),
        fc.nat(),
        fc.nat(255),
        fc.boolean(),
        async (event, place, byte, cutOff) => {
          const frame = codec.encode(event)
          const at = FRAME_HEADER_BYTES + (place % Math.max(1, frame.length - FRAME_HEADER_BYTES))
          const damaged = cutOff ? frame.subarray(0, at) : Buffer.from(frame)
          if (!cutOff) damaged[at] = byte
          const result = await codec.decode(damaged).catch((error: unknown) => error)
          if (isWaggleError(result)) expect(result.code).toBe('BYTES_MALFORMED')
          else expect(validateEvent(result as never)).toEqual(result)
        },
      ),
      { numRuns: RUNS * 4 },
    )
  })
})

describe('hostile bytes', () => {
  const schema = {
    type: 'record',
    name: 'Observation',
    namespace: 'waggle',
    fields: (SCHEMAS.observation as AvroRecord).fields,
  } as AvroRecord
  const observation = (): Buffer =>
    codec.encode({
      ...(fc.sample(anyEvent('observation'), { numRuns: 1, seed: 7 })[0] as object),
      features: {},
    } as WaggleEvent)

  it.each([
    ['twenty million items', [0x80, 0xb4, 0x89, 0x13]],
    ['a negative count without end', [0xff, 0xff, 0xff, 0xff, 0x0f, 0x01]],
    ['a count beyond 2^52', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])('%s claimed by a few bytes are refused before anything is allocated', (_name, bytes) => {
    const frame = Buffer.concat([observation().subarray(0, -1), Buffer.from(bytes)])
    const writer = codec.writerOf(frame)!
    expect(() => writer.check(frame)).toThrow(/items|Truncated|2\^52|size/)
  })

  it('a map key that would replace the prototype is refused', () => {
    const key = Buffer.from('__proto__')
    const frame = Buffer.concat([
      observation().subarray(0, -1),
      Buffer.from([2, key.length * 2]),
      key,
      Buffer.alloc(8),
      Buffer.from([0]),
    ])
    expect(() => codec.writerOf(frame)!.check(frame)).toThrow(/__proto__/)
  })

  it('a schema without the envelope first is no event', () => {
    const other = { ...schema, fields: schema.fields.slice(1) }
    expect(() => new WriterSchema(1, other, avroTypeOf(SCHEMAS.observation))).toThrow(
      /envelope field id/,
    )
    expect(
      () => new WriterSchema(1, { ...schema, name: 'Other' }, avroTypeOf(SCHEMAS.observation)),
    ).toThrow(/no kind/)
  })
})

describe('older and newer writers', () => {
  it('are read as the newest schema', () => {
    const newest = SCHEMAS.signal as AvroRecord
    const older = {
      ...newest,
      fields: newest.fields.filter(({ name }) => name !== 'strength'),
    } as AvroRecord
    const newer = {
      ...newest,
      fields: [...newest.fields, { name: 'extra', type: 'int', default: 0 }],
    } as AvroRecord
    const event = fc.sample(anyEvent('signal'), { numRuns: 1, seed: 3 })[0] as WaggleEvent & {
      kind: 'signal'
    }
    for (const [schema, expected] of [
      [older, { ...event, strength: 0 }],
      [newer, event],
    ] as const) {
      const body = avroTypeOf(schema).toBuffer({ ...event, extra: 5 })
      const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), body])
      expect(schemaIdOf(frame)).toBe(9)
      const writer = new WriterSchema(9, schema, avroTypeOf(newest))
      writer.check(frame)
      expect(writer.decode(frame)).toEqual(expected)
    }
  })
})

describe('object container', () => {
  it('made of bodies that are encoded already, is read by avsc', async () => {
    const events = fc.sample(anyEvent('verdict'), { numRuns: 5, seed: 1 })
    const bodies = events.map((event) => codec.encode(event).subarray(FRAME_HEADER_BYTES))
    const file = containerFile(
      containerHeader(SCHEMAS.verdict as AvroRecord),
      bodies.length,
      Buffer.concat(bodies),
    )
    const read: object[] = []
    const decoder = new avro.streams.BlockDecoder()
    decoder.on('data', (value: object) => read.push({ kind: 'verdict', ...value }))
    await new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject).end(file))
    expect(read).toEqual(events.map(plain))
  })
})
