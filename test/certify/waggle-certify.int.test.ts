import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createNoteKey, noteSigner, openCertificate } from '@waggle/certify'
import { PARTITIONS } from '@waggle/event'
import { partitionsOf, type LogRecord } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { openLmdbTamper } from '../support/lmdb-tamper.ts'
import { resolvePython } from '../support/python.ts'

const SCRIPT = fileURLToPath(new URL('./verify-certificate.py', import.meta.url))
const SWARM = 'certified'
const python = await resolvePython()
let folder: string
let data: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-certify-'))
  data = join(folder, 'data')
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (name: string): string => join(folder, name)

async function withBus<T>(act: (bus: EmbeddedBus) => Promise<T>): Promise<T> {
  const deps = { clock: systemClock(), logger: silentLogger }
  const bus = await openEmbeddedBus({ dataDir: data, analytics: 'off' }, deps)
  const result = await act(bus)
  await bus.caughtUp(10_000)
  await bus.stop()
  return result
}

/** Two agents, a proposal that is decided, a lock, and what is said about somebody. */
async function swarmLife(bus: EmbeddedBus, round = 0): Promise<void> {
  const session = `s${round}`
  for (const agent of ['a', 'b']) {
    const emitter = bus.emitter({ swarm: SWARM, agent, session: `${agent}/${session}` })
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    await emitter.emit({
      kind: 'observation',
      domain: 'd',
      source: 's',
      content: `about ada ${round}`,
      subject: 'ada',
    })
    await emitter.emit({ kind: 'lock_command', resource: 'r', op: 'ACQUIRE', request: session })
  }
  await bus.caughtUp(10_000)
}

async function waggle(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const out = { write: (part: string) => void (text += part) }
  const code = await runWaggle(argv, {}, out)
  return { code, text }
}

const KEY = ['--key', 'key']
const at = (argv: readonly string[]): string[] =>
  argv.map((word, index) => (index % 2 === 1 ? file(word) : word))
const certify = (out: string, ...more: string[]) =>
  waggle('certify', '--data', data, ...at(['--out', out, ...KEY]), ...more)
const verify = (certificate: string, ...more: string[]) =>
  waggle(
    'verify',
    '--data',
    data,
    ...at(['--certificate', certificate, '--key', 'key.pub']),
    ...more,
  )

/** Every record of the log, as the independent verifier reads them. */
async function dump(path: string): Promise<LogRecord[]> {
  const options = { path: join(data, 'log'), topics: PARTITIONS, clock: systemClock() }
  const log = await openLmdbLog(options)
  const records: LogRecord[] = []
  for (const partition of partitionsOf(log, Object.keys(PARTITIONS)))
    records.push(...(await log.read({ ...partition, offset: 0n }, 100_000)))
  await log.close()
  const lines = records.map(({ offset, headers, value, ...rest }) =>
    JSON.stringify({
      ...rest,
      offset: String(offset),
      headers: Object.entries(headers),
      value: value.toString('base64'),
    }),
  )
  writeFileSync(path, `${lines.join('\n')}\n`)
  return records
}

describe('waggle certify and waggle verify', () => {
  it('certify a bus with the views it really has, and verify it, in all depth', async () => {
    const digests = await withBus(async (bus) => {
      await swarmLife(bus)
      await bus.caughtUp(10_000)
      return bus.digests()
    })
    const made = await certify('one', '--code', 'abc', '--seed', '7')
    expect(made).toMatchObject({ code: 0, text: expect.stringMatching(/2 views, .*schemas/) })
    const { body } = openCertificate(readFileSync(file('one'), 'utf8'), publicKey())
    for (const { name, digest } of body.views) expect([name, digest]).toEqual([name, digests[name]])
    expect(body).toMatchObject({ code: 'abc', seed: '7', engines: { log: 'lmdb' }, previous: null })
    expect(await verify('one', '--deep', '--code', 'abc')).toMatchObject({ code: 0 })
    expect((await verify('one', '--code', 'abd')).text).toMatch(/BAD code code/)
    expect(await waggle('verify', '--data', data)).toMatchObject({ code: 0 })
    await withBus((bus) => swarmLife(bus, 1))
    expect(await verify('one', '--deep')).toMatchObject({ code: 0 })
  })

  it('name the record that was changed behind the log’s back, with certificate or kept trees', async () => {
    await withBus((bus) => swarmLife(bus))
    await certify('one')
    const topic = Object.keys(PARTITIONS).indexOf('waggle.agents.v1')
    const tamper = openLmdbTamper(join(data, 'log'))
    const records = await tamper.records(topic, 0)
    await tamper.rewrite(topic, 0, [records[0]!, ...records.slice(2)])
    await tamper.close()
    for (const result of [await verify('one'), await waggle('verify', '--data', data)])
      expect(result).toMatchObject({
        code: 1,
        text: expect.stringContaining('BAD record waggle.agents.v1/0@1\n'),
      })
    const { findings } = JSON.parse((await verify('one', '--json')).text) as { findings: unknown[] }
    expect(findings).toMatchObject([{ what: 'record', at: 'waggle.agents.v1/0@1' }])
  })

  it('do not take a certificate that somebody else signed or changed', async () => {
    await withBus((bus) => swarmLife(bus))
    await certify('one')
    const text = readFileSync(file('one'), 'utf8')
    const forger = noteSigner(createNoteKey('waggle'))
    writeFileSync(file('forged'), forger.sign(text.slice(0, text.lastIndexOf('\n\n') + 1)))
    writeFileSync(file('changed'), text.replace('"seed":null', '"seed":"8"'))
    for (const name of ['forged', 'changed'])
      expect(await verify(name)).toMatchObject({
        code: 1,
        text: expect.stringContaining('BAD signature waggle'),
      })
    writeFileSync(file('torn'), text.slice(0, -200))
    await expect(verify('torn')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(verify('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const keyless = waggle('verify', '--data', data, '--certificate', file('one'))
    await expect(keyless).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('find a log that was set back to a copy and went on, by the witness alone', async () => {
    const witness = ['--witness', file('witness')]
    await withBus((bus) => swarmLife(bus))
    await certify('one', ...witness)
    cpSync(data, file('copy'), { recursive: true })
    await withBus((bus) => swarmLife(bus, 1))
    expect(await certify('two', ...witness)).toMatchObject({ code: 0 })
    expect(await verify('two', '--since', file('one'))).toMatchObject({ code: 0 })
    rmSync(data, { recursive: true })
    cpSync(file('copy'), data, { recursive: true })
    await withBus((bus) => swarmLife(bus, 2))
    const refused = await certify('three', ...witness)
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('BAD succession') })
    expect(existsSync(file('three'))).toBe(false)
    await certify('three')
    expect(await verify('three')).toMatchObject({ code: 0 })
    expect(await verify('three', '--since', file('two'))).toMatchObject({ code: 1 })
    expect(await verify('two')).toMatchObject({ code: 1 })
  })

  it('hold when a subject is erased: its key is gone, its bytes are not', async () => {
    await withBus((bus) => swarmLife(bus))
    await certify('one')
    await withBus(async (bus) => {
      const destroyed = await bus.vault.destroy(SWARM, 'ada')
      expect(destroyed).toBeDefined()
    })
    expect(await verify('one', '--deep')).toMatchObject({ code: 0 })
  })

  it.skipIf(python === undefined)('agree with a verifier written in Python', async () => {
    const witness = ['--witness', file('witness')]
    await withBus((bus) => swarmLife(bus))
    await certify('one', ...witness)
    await withBus((bus) => swarmLife(bus, 1))
    await certify('two', ...witness)
    const records = await dump(file('records'))
    const run = (...args: string[]) => python!.run(SCRIPT, args)
    const given = [file('two'), publicKey(), file('records')]
    expect(await run(...given, file('one'))).toEqual([`waggle ${records.length}`])
    const lines = readFileSync(file('records'), 'utf8')
    writeFileSync(file('records'), lines.replace('"offset":"1"', '"offset":"2"'))
    await expect(run(...given)).rejects.toThrow('AssertionError')
  })
})

function publicKey(): string {
  return readFileSync(file('key.pub'), 'utf8').trim()
}
