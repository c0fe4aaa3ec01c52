import { describe, expect, it } from 'vitest'
import { createCodec, type SchemaRegistry } from '@waggle/codec'
import type { AvroRecord, Signal } from '@waggle/event'
import { newSubject } from '../support/registries.ts'
import { NO_CONTEXT } from '../support/no-context.ts'

const A = { name: 'a', type: 'string' }
let names = 0
/** A record of a name that no other test uses: a registry gives one id to equal schemas. */
const newName = (): string => `R${++names}_${newSubject().replaceAll('-', '_')}`
const recordOf = (name: string, fields: object[]): AvroRecord =>
  ({ type: 'record', name, namespace: 'n', doc: 'kept', fields }) as never

/** What every engine of the SchemaRegistry port does; `open` gives clients of one registry. */
export function schemaRegistrySuite(name: string, open: () => SchemaRegistry): void {
  describe(`the schema registry port: ${name}`, () => {
    it('gives a schema the same id each time, under each subject, to each client', async () => {
      const schema = recordOf(newName(), [A])
      const [one, two] = [open(), open()]
      const subject = newSubject()
      const id = await one.register(subject, schema)
      expect(id).toBeGreaterThan(0)
      expect(await one.register(subject, structuredClone(schema))).toBe(id)
      expect(await two.register(newSubject(), schema)).toBe(id)
      expect(await open().byId(id)).toEqual(schema)
    })

    it('gives other schemas other ids, also when all are registered at once', async () => {
      const schemas = Array.from({ length: 8 }, () => recordOf(newName(), [A]))
      const registry = open()
      const ids = await Promise.all(
        schemas.flatMap((schema) => [
          registry.register(newSubject(), schema),
          open().register(newSubject(), schema),
        ]),
      )
      expect(new Set(ids).size).toBe(8)
      ids.forEach((id, index) => expect(id).toBe(ids[index - (index % 2)]))
      const read = await Promise.all(ids.map((id) => registry.byId(id)))
      expect(read).toEqual(schemas.flatMap((schema) => [schema, schema]))
    })

    it('takes what reads all that was written before, and nothing else', async () => {
      const subject = newSubject()
      const name = newName()
      const registry = open()
      const register = (...fields: object[]): Promise<number> =>
        registry.register(subject, recordOf(name, fields))
      const first = await register(A, { name: 'b', type: 'int' })
      const second = await register(A)
      expect(second).not.toBe(first)
      const refused = { code: 'SCHEMA_INCOMPATIBLE', retriable: false }
      await expect(register(A, { name: 'c', type: 'int' })).rejects.toMatchObject(refused)
      // Reads the second version but not the first: BACKWARD would take it, BACKWARD_TRANSITIVE does not.
      await expect(register(A, { name: 'b', type: 'string', default: '' })).rejects.toMatchObject(
        refused,
      )
      expect(await register(A, { name: 'c', type: 'int', default: 0 })).toBeGreaterThan(0)
      expect(await register(A, { name: 'b', type: 'int' })).toBe(first)
    })

    it('says what is no schema and which id is unknown', async () => {
      await expect(
        open().register(newSubject(), recordOf(newName(), [{ name: 'f', type: 'whole' }])),
      ).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
      for (const id of [2_147_483_647, 0, -5])
        await expect(open().byId(id)).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN' })
    })

    it('an id that is unknown now may be known later', async () => {
      const registry = open()
      const first = await registry.register(newSubject(), recordOf(newName(), [A]))
      const next = first + 1
      await registry.byId(next).catch(() => {})
      const schema = recordOf(newName(), [A])
      const id = await open().register(newSubject(), schema)
      expect(await registry.byId(id)).toEqual(schema)
    })

    it('carries the events of one process to another', async () => {
      const [writer, reader] = [createCodec(open()), createCodec(open())]
      await writer.register()
      await createCodec(open()).register()
      expect(await reader.decode(writer.encode(SIGNAL))).toEqual(SIGNAL)
    })
  })
}

const SIGNAL: Signal = {
  kind: 'signal',
  id: '0191f000-0000-7000-8000-000000000001',
  swarm: 's',
  agent: 'a',
  session: 'x',
  seq: 1,
  occurred_at: 1_600_000_000_000_000,
  known_at: 1_600_000_000_000_000,
  ...NO_CONTEXT,
  domain: 'é',
  severity: 'LOW',
  confidence: 0.25,
  targets: ['b'],
  instrument: null,
  strength: 0.5,
  recommended_action: '',
  message: '',
  ttl_ms: 1000,
  dedupe_key: null,
  escalate_after_ms: null,
  escalate_to: [],
}
