import { afterAll, describe, expect, it } from 'vitest'
import {
  apicurioRegistry,
  ask,
  builtInRegistry,
  newSubject,
  schemaBody,
  type TestRegistry,
} from '../support/registries.ts'
import { INVALID_SCHEMAS, SCHEMA_CHAINS, SCHEMA_PAIRS, type SchemaPair } from './registry-pairs.ts'

const builtIn = await builtInRegistry()
const apicurio = await apicurioRegistry()
afterAll(async () => {
  await builtIn.stop()
  await apicurio?.stop()
})

/** What the levels that compare with the newest version say of a pair. */
async function verdicts(registry: TestRegistry, { reader, writer }: SchemaPair): Promise<object> {
  const subject = newSubject()
  await ask(registry, 'PUT', `/config/${subject}`, { compatibility: 'NONE' })
  const [status] = await ask(registry, 'POST', `/subjects/${subject}/versions`, schemaBody(writer))
  expect(status).toBe(200)
  const said: Record<string, unknown> = {}
  for (const level of ['NONE', 'FORWARD', 'FULL', 'BACKWARD', 'BACKWARD_TRANSITIVE']) {
    await ask(registry, 'PUT', `/config/${subject}`, { compatibility: level })
    const path = `/compatibility/subjects/${subject}/versions/latest`
    const [, body] = await ask(registry, 'POST', path, schemaBody(reader))
    said[level] = (body as { is_compatible?: unknown }).is_compatible ?? body
  }
  const path = `/subjects/${subject}/versions`
  const [registered] = await ask(registry, 'POST', path, schemaBody(reader))
  return { ...said, registered }
}

const expected = ({ reads, readsBack }: Pick<SchemaPair, 'reads' | 'readsBack'>): object => ({
  NONE: true,
  FORWARD: readsBack,
  FULL: reads && readsBack,
  BACKWARD: reads,
  BACKWARD_TRANSITIVE: reads,
  registered: reads ? 200 : 409,
})

it('the table has enough pairs', () => {
  expect(SCHEMA_PAIRS.length).toBeGreaterThanOrEqual(40)
  expect(new Set(SCHEMA_PAIRS.map(({ name }) => name)).size).toBe(SCHEMA_PAIRS.length)
})

describe.each([
  ['built-in', builtIn],
  ['Apicurio', apicurio],
])('%s registry', (name, given) => {
  const registry = given!
  const isApicurio = name === 'Apicurio'

  describe.skipIf(given === undefined)('compatibility', () => {
    it.each(SCHEMA_PAIRS)('$name', async (pair) => {
      const said = await verdicts(registry, pair)
      const agrees =
        isApicurio && pair.apicurioDiffers !== undefined ? expect(said).not : expect(said)
      agrees.toEqual(expected(pair))
    })

    it.each(SCHEMA_CHAINS)('$name', async ({ versions: [first, second, third], takes }) => {
      for (const [level, taken] of Object.entries(takes)) {
        const subject = newSubject()
        const path = `/subjects/${subject}/versions`
        await ask(registry, 'PUT', `/config/${subject}`, { compatibility: 'NONE' })
        for (const schema of [first, second])
          expect((await ask(registry, 'POST', path, schemaBody(schema)))[0]).toBe(200)
        await ask(registry, 'PUT', `/config/${subject}`, { compatibility: level })
        const [status] = await ask(registry, 'POST', path, schemaBody(third))
        expect([level, status]).toEqual([level, taken ? 200 : 409])
      }
    })

    it.each(INVALID_SCHEMAS)('%s is no schema', async (_name, schema, apicurioDiffers) => {
      const path = `/subjects/${newSubject()}/versions`
      const [status, body] = await ask(registry, 'POST', path, { schema })
      if (isApicurio && apicurioDiffers !== undefined) expect(status).toBe(200)
      else expect([status, body]).toMatchObject([422, { error_code: 42201 }])
    })
  })
})
