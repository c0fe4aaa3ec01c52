import { describe, expect, it } from 'vitest'
import {
  eventId,
  SCHEMAS,
  validateEvent,
  type AvroRecord,
  type AvroType,
  type Bar,
  type Kind,
  type Observation,
  type Proposal,
  type WaggleEvent,
} from '@waggle/event'
import { createCodec } from './codec.ts'
import type { SchemaRegistry } from './schema-registry.ts'
import { avroTypeOf, WriterSchema } from './writer-schema.ts'

const AT = 1_600_000_000_000_000
const envelope = {
  id: eventId('session', 1, AT),
  swarm: 'swarm',
  agent: 'agent',
  session: 'session',
  seq: 1,
  occurred_at: AT,
  known_at: AT,
}
const observation = validateEvent<Observation>({
  ...envelope,
  kind: 'observation',
  domain: 'd',
  source: 's',
  content: 'c',
})
const proposal = validateEvent<Proposal>({
  ...envelope,
  kind: 'proposal',
  proposal: 'p',
  question: 'q',
  electorate: [{ agent: 'a', weight: 2 }],
  deadline_at: AT,
})
const price = 1_000_000_000n
const bar = validateEvent<Bar>({
  ...envelope,
  kind: 'bar',
  instrument: 'SPX',
  interval: 'P1D',
  open: price,
  high: price,
  low: price,
  close: price,
  volume: price,
})

/** The newest schema of a kind with the types of some fields replaced. */
function variant(kind: Kind, types: Record<string, AvroType>, added: object[] = []): AvroRecord {
  const { fields, ...rest } = SCHEMAS[kind] as AvroRecord
  const changed = fields.map((field) => ({ ...field, type: types[field.name] ?? field.type }))
  return { ...rest, fields: [...changed, ...added] } as AvroRecord
}

const writerOf = (kind: Kind, schema: AvroRecord): WriterSchema =>
  new WriterSchema(7, schema, avroTypeOf(SCHEMAS[kind]))

function frameOf(schema: AvroRecord, event: object): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), avroTypeOf(schema).toBuffer(event)])
}

/** What comes of an event that was written with a schema: the event read, or the code and field refused. */
function readBack(kind: Kind, schema: AvroRecord, event: object): WaggleEvent | string {
  const frame = frameOf(schema, event)
  const writer = writerOf(kind, schema)
  try {
    writer.check(frame)
  } catch (error) {
    const { code, field } = error as { code?: string; field?: string }
    return `${code} ${field}`
  }
  return writer.decode(frame)
}

describe('a schema of another producer', () => {
  it('with foreign attributes and other docs is read like our own', () => {
    const swarm = { type: 'string', 'avro.java.string': 'String' }
    expect(readBack('observation', variant('observation', { swarm }), observation)).toEqual(
      observation,
    )
  })

  it.each<[string, Record<string, AvroType>]>([
    ['another type', { swarm: 'int' }],
    ['an id that need not be a UUID', { id: 'string' }],
    ['a run that is never null', { run: 'string' }],
    ['times in milliseconds', { known_at: { type: 'long', logicalType: 'timestamp-millis' } }],
  ])('is refused for %s in the envelope', (_name, types) => {
    expect(() => writerOf('observation', variant('observation', types))).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })

  it.each<[string, AvroRecord]>([
    ['recursion', variant('observation', {}, [{ name: 'x', type: ['null', 'Observation'] }])],
    ['a type that does not exist', variant('observation', { content: 'txt' })],
    ['a type that does not resolve', variant('observation', { content: 'int' })],
    ['a name that is none', variant('observation', {}, [{ name: 'a-b', type: 'int' }])],
    ['a string', 'string' as never],
    ['null', null as never],
    ['no fields', { type: 'record', name: 'waggle.Observation' } as never],
    ['a name every object has', variant('observation', { content: 'constructor' })],
  ])('is refused for %s, with a code', (_name, schema) => {
    expect(() => writerOf('observation', schema)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })

  it('may name logical types that mean nothing here', () => {
    const content = { type: 'string', logicalType: 'constructor' }
    expect(readBack('observation', variant('observation', { content }), observation)).toEqual(
      observation,
    )
  })

  it('cannot bring in values that our schema forbids', () => {
    const plain = variant('bar', { open: 'bytes' })
    expect(readBack('bar', plain, { ...bar, open: Buffer.from([5]) })).toMatchObject({ open: 5n })
    expect(readBack('bar', plain, { ...bar, open: Buffer.alloc(40, 1) })).toBe(
      'BYTES_MALFORMED open',
    )
    const content = variant('observation', { domain: 'bytes' })
    const long = Buffer.from('d'.repeat(200))
    expect(readBack('observation', content, { ...observation, domain: long })).toBe(
      'BYTES_MALFORMED domain',
    )
    const added = variant('observation', {}, [{ name: 'extra', type: 'int', default: 0 }])
    expect(
      readBack('observation', added, { ...observation, swarm: 'a'.repeat(129), extra: 1 }),
    ).toBe('BYTES_MALFORMED swarm')
  })

  it('cannot lift the bounds of a nested record by leaving them out', () => {
    const electorate = {
      type: 'array',
      items: {
        type: 'record',
        name: 'Voter',
        fields: [
          { name: 'agent', type: 'string' },
          { name: 'weight', type: 'double' },
        ],
      },
    }
    const schema = variant('proposal', { electorate })
    expect(readBack('proposal', schema, proposal)).toEqual(proposal)
    const bad = { ...proposal, electorate: [{ agent: 'a', weight: -1 }] }
    expect(readBack('proposal', schema, bad)).not.toMatchObject({ kind: 'proposal' })
  })
})

describe('a released schema', () => {
  it('is read as the newest one, in plain objects', () => {
    const { fields, ...rest } = SCHEMAS.proposal as AvroRecord
    const older = { ...rest, fields: fields.filter(({ name }) => name !== 'quorum') } as AvroRecord
    const read = readBack('proposal', older, proposal) as Proposal
    expect(read).toEqual({ ...proposal, quorum: 0.67 })
    expect(Object.getPrototypeOf(read.electorate[0])).toBe(Object.prototype)
  })
})

describe('a released schema with money', () => {
  const { fields, ...rest } = SCHEMAS.bar as AvroRecord
  const scaled = (scale: number): AvroRecord => {
    const open = { type: 'bytes', logicalType: 'decimal', precision: 38, scale }
    return variant('bar', { open }, [{ name: 'extra', type: 'int', default: 0 }])
  }

  it('keeps the amounts', () => {
    expect(readBack('bar', scaled(9), { ...bar, open: -7n, extra: 1 })).toEqual({
      ...bar,
      open: -7n,
    })
    const reordered = { ...rest, fields: [...fields.slice(0, 14), ...fields.slice(14).reverse()] }
    expect(readBack('bar', reordered as AvroRecord, { ...bar, low: 3n })).toEqual({
      ...bar,
      low: 3n,
    })
  })

  it('of another scale is refused, not read as other amounts', () => {
    expect(() => writerOf('bar', scaled(2))).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })
})

describe('the codec', () => {
  const registryOf = (...schemas: unknown[]): SchemaRegistry & { asked: number } => ({
    asked: 0,
    register: async () => 0,
    async byId(id) {
      this.asked++
      return schemas[id] as AvroRecord
    },
  })

  it('asks once for a schema, also for one that cannot be read', async () => {
    const registry = registryOf(SCHEMAS.observation, 'string')
    const codec = createCodec(registry)
    for (let i = 0; i < 3; i++) {
      expect((await codec.load(0)).kind).toBe('observation')
      await expect(codec.load(1)).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
    }
    expect(registry.asked).toBe(2)
  })

  it('asks again for a schema that was not there yet', async () => {
    const schemas: unknown[] = []
    const codec = createCodec({
      register: async () => 0,
      byId: async (id) => {
        if (schemas[id] === undefined) throw new Error('not yet')
        return schemas[id] as AvroRecord
      },
    })
    await expect(codec.load(0)).rejects.toThrow('not yet')
    schemas.push(SCHEMAS.observation)
    expect((await codec.load(0)).kind).toBe('observation')
  })

  it('refuses events of more bytes than the log takes', async () => {
    const codec = createCodec({ register: async () => 7, byId: async () => ({}) as AvroRecord })
    await codec.register()
    const features = Object.fromEntries(
      Array.from({ length: 9_000 }, (_, index) => [`${'k'.repeat(120)}${index}`, index]),
    )
    const large = validateEvent<Observation>({ ...observation, features })
    expect(() => codec.encode(large)).toThrow(expect.objectContaining({ code: 'EVENT_TOO_LARGE' }))
    expect(codec.encode(observation).readInt32BE(1)).toBe(7)
  })
})
