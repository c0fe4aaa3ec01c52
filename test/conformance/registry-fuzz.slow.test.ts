import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readerProblems } from '@waggle/codec'
import type { AvroType } from '@waggle/event'
import { apicurioRegistry, ask, newSubject, schemaBody } from '../support/registries.ts'
import { schemaPair } from '../support/schema-fuzz.ts'

const RUNS = 300

const apicurio = await apicurioRegistry()
afterAll(() => apicurio?.stop())

describe.skipIf(apicurio === undefined)('any pair of schemas', () => {
  it('is judged by Apicurio as by us', async () => {
    let compatible = 0
    await fc.assert(
      fc.asyncProperty(schemaPair, async ([reader, writer]) => {
        const subject = newSubject()
        await ask(apicurio!, 'PUT', `/config/${subject}`, { compatibility: 'BACKWARD' })
        const at = `/subjects/${subject}/versions`
        expect(await ask(apicurio!, 'POST', at, schemaBody(writer))).toMatchObject([200, {}])
        const problems = readerProblems(reader as AvroType, writer as AvroType)
        if (problems.length === 0) compatible++
        const check = `/compatibility/subjects/${subject}/versions/latest`
        const answer = await ask(apicurio!, 'POST', check, schemaBody(reader))
        const told = JSON.stringify({ reader, writer, problems })
        expect([...answer, told]).toEqual([200, { is_compatible: problems.length === 0 }, told])
      }),
      { numRuns: RUNS },
    )
    // Both verdicts must be common for the test to say something.
    expect(compatible).toBeGreaterThan(RUNS / 10)
    expect(compatible).toBeLessThan((RUNS * 9) / 10)
  })
})
