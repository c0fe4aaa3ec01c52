import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AvroRecord } from '@waggle/event'
import { createConfluentRegistry } from '@waggle/registry/confluent'
import { systemClock } from '@waggle/base'
import { runWaggle } from '@waggle-services/cli'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtInRegistry } from '../support/registries.ts'
import { ROOT } from '../tidy/tree.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waggle-schemas-'))
  cpSync(join(ROOT, 'schemas'), dir, { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Said {
  readonly code: number
  readonly findings: { readonly path: string; readonly reason: string }[]
  readonly next?: string[]
  readonly released?: string[]
}

async function schemas(...argv: string[]): Promise<Said> {
  let text = ''
  const out = { write: (more: string) => void (text += more) }
  const code = await runWaggle(['schemas', ...argv, '--json'], {}, out)
  return { code, ...(JSON.parse(text) as Omit<Said, 'code'>) }
}

/** Changes a schema as an editor would. */
function edit(name: string, change: (schema: AvroRecord) => object): void {
  const path = join(dir, name)
  const schema = JSON.parse(readFileSync(path, 'utf8')) as AvroRecord
  writeFileSync(path, JSON.stringify(change(schema)))
}

const added = { name: 'mood', type: 'string', default: '' }

describe('waggle schemas', () => {
  it('finds nothing to say against the schemas of this repository', async () => {
    let text = ''
    const out = { write: (more: string) => void (text += more) }
    expect(await runWaggle(['schemas', 'check'], {}, out)).toBe(0)
    expect(text).toMatch(/schemas can follow all their versions/)
  })

  it('names the file and the field of a violation, and releases nothing', async () => {
    edit('decision.avsc', (schema) => ({
      ...schema,
      fields: schema.fields.map((field) =>
        field.name === 'confidence' ? { ...field, maximum: 0.9 } : field,
      ),
    }))
    edit('vote.avsc', (schema) => ({ ...schema, fields: [...schema.fields, added] }))
    const found = await schemas('check', '--dir', dir)
    expect(found).toMatchObject({ code: 1, findings: [{ path: 'decision.avsc .confidence' }] })
    const refused = await schemas('release', '--dir', dir)
    expect(refused.code).toBe(1)
    expect(refused.released).toBeUndefined()
    expect((await schemas('check', '--dir', dir)).findings).toEqual(found.findings)
  })

  it('releases what changed as the next version, once', async () => {
    edit('vote.avsc', (schema) => ({ ...schema, fields: [...schema.fields, added] }))
    edit('tick.avsc', (schema) => ({ ...schema, doc: 'Said in other words.' }))
    const before = await schemas('check', '--dir', dir)
    expect(before).toMatchObject({ code: 0, next: [expect.stringMatching(/^history\/vote\//)] })
    expect(await schemas('release', '--dir', dir)).toMatchObject({
      code: 0,
      released: before.next,
    })
    expect(await schemas('check', '--dir', dir)).toMatchObject({ code: 0, next: [] })
    expect(await schemas('release', '--dir', dir)).toMatchObject({ code: 0, released: [] })
    // From now on the new field is as sacred as the others.
    edit('vote.avsc', (schema) => ({ ...schema, fields: schema.fields.slice(0, -1) }))
    expect(await schemas('check', '--dir', dir)).toMatchObject({
      code: 1,
      findings: [{ path: 'vote.avsc .mood', reason: expect.stringMatching(/^removed/) as string }],
    })
  })

  it('finds released versions that were changed, taken away or slipped in', async () => {
    const history = (path: string): string => join(dir, 'history', path)
    edit('history/bar/1.avsc', (schema) => ({ ...schema, doc: 'changed' }))
    rmSync(history('fill/1.avsc'))
    cpSync(history('tick/1.avsc'), history('tick/2.avsc'))
    const { findings } = await schemas('check', '--dir', dir)
    expect(findings.map(({ path, reason }) => `${path} ${reason.split(':')[0]}`)).toEqual([
      'history/bar/1.avsc changed',
      'history/fill/1.avsc gone',
      'history/tick/2.avsc not released',
    ])
    rmSync(join(dir, 'turn.avsc'))
    expect((await schemas('check', '--dir', dir)).findings).toContainEqual({
      path: 'turn.avsc',
      reason: expect.stringMatching(/^removed/) as string,
    })
  })

  it('holds schemas against the versions of a registry, which may have others', async () => {
    const server = await builtInRegistry()
    try {
      const bar = JSON.parse(readFileSync(join(dir, 'bar.avsc'), 'utf8')) as AvroRecord
      const theirs = { ...bar, fields: [...bar.fields, added] }
      const registry = createConfluentRegistry({ host: server.url, clock: systemClock() })
      const subject = 'waggle.bars.v1-waggle.Bar'
      await registry.register(subject, theirs)
      const found = await schemas('check', '--dir', dir, '--registry', server.url)
      expect(found).toMatchObject({ code: 1, findings: [{ path: 'bar.avsc .mood' }] })
      expect(found.findings[0]?.reason).toContain(subject)
      edit('bar.avsc', () => theirs)
      expect((await schemas('check', '--dir', dir, '--registry', server.url)).code).toBe(0)
    } finally {
      await server.stop()
    }
    await expect(schemas('check', '--dir', dir, '--registry', server.url)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
    })
  })

  it('says what it cannot work with', async () => {
    await expect(schemas('check', '--dir', tmpdir())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(schemas('mend')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    writeFileSync(join(dir, 'bar.avsc'), '{')
    await expect(schemas('check', '--dir', dir)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})
