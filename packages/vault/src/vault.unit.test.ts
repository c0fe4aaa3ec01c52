import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { isWaggleError, LIMITS, seededRandom } from '@waggle/base'
import { eventId, validateEvent, type Turn } from '@waggle/event'
import { createFileVault } from './file-vault.ts'
import { createMemoryVault } from './memory-vault.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waggle-vault-'))
  folders.push(folder)
  return folder
}

const AT = 1_700_000_000_000_000

function turn(content: string, { subject = 'ada', swarm = 'bees', seq = 1 } = {}): Turn {
  return validateEvent<Turn>({
    kind: 'turn',
    id: eventId('s', seq, AT),
    swarm,
    agent: 'a',
    session: 's',
    seq,
    occurred_at: AT,
    known_at: AT,
    subject,
    namespace: 'a',
    conversation: 'c',
    role: 'USER',
    content,
    tokens: 1,
  })
}

async function codeOf(task: Promise<unknown>): Promise<string> {
  return task.then(
    () => 'none',
    (error: unknown) => (isWaggleError(error) ? error.code : String(error)),
  )
}

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.isWellFormed()),
  fc.string().map((rest) => `sealed:v1:${rest}`),
)
const name = fc.stringMatching(/^[a-z0-9 /:]{0,8}[a-z]$/)

describe('a sealed event', () => {
  const vault = createMemoryVault(seededRandom(1))

  it('opens to what it was, whatever the text and however many subjects', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(name, { minLength: 1, maxLength: 4 }),
        async (said, names) => {
          const event = turn(said, { subject: names.join(',') })
          const sealed = await vault.seal(event)
          expect(sealed.content).toMatch(/^sealed:v1:[\w-]+$/)
          expect({ ...sealed, content: '' }).toEqual({ ...event, content: '' })
          expect(await vault.open(sealed)).toEqual(event)
          expect(await vault.seal(event)).toEqual(sealed)
        },
      ),
    )
  })

  it('does not open once a sign of it is changed, or its id, swarm or field', async () => {
    const sealed = await vault.seal(turn('the secret'))
    for (let at = 'sealed:v1:'.length; at < sealed.content.length; at++) {
      for (const sign of ['A', 'B', '*']) {
        const content = sealed.content.slice(0, at) + sign + sealed.content.slice(at + 1)
        if (content === sealed.content) continue
        expect(await codeOf(vault.open({ ...sealed, content }))).toBe('SEAL_INVALID')
      }
    }
    await vault.seal(turn('x', { swarm: 'wasps' }))
    const { id } = turn('x', { seq: 2 })
    const execution = {
      ...sealed,
      kind: 'execution' as const,
      procedure: 'p',
      version: 1,
      arguments: sealed.content,
      error: null,
      success: true,
      duration_ms: 1,
    }
    const bad = [
      { ...sealed, id },
      { ...sealed, swarm: 'wasps' },
      { ...sealed, content: sealed.content.replace('v1', 'v2') },
      { ...sealed, content: 'sealed:v1:' },
      execution,
    ]
    for (const event of bad) expect(await codeOf(vault.open(event))).toBe('SEAL_INVALID')
  })

  it('hides the same text behind different bytes in every event, and other text under the same id', async () => {
    const texts = [
      turn('same'),
      turn('same', { seq: 2 }),
      turn('other'),
      turn('same', { subject: 'bob' }),
    ]
    const sealed = await Promise.all(texts.map(async (event) => (await vault.seal(event)).content))
    const nonces = sealed.map((content) => content.slice(10, 26))
    expect(new Set(sealed).size).toBe(4)
    expect(new Set(nonces).size).toBe(4)
  })

  it('is left alone without a subject, and readable where it was appended before there was a vault', async () => {
    const plain = { ...turn('hello'), subject: null }
    expect(await vault.seal(plain)).toBe(plain)
    expect(await vault.open(turn('hello'))).toEqual(turn('hello'))
  })

  it('that names nobody is refused at emit, and stops no reader where a foreign producer wrote it', async () => {
    const event = turn('x', { subject: ' , ' })
    const { content } = await vault.seal(turn('x'))
    expect(await codeOf(vault.seal(event))).toBe('FIELD_INVALID')
    expect(await vault.open(event)).toEqual(event)
    expect(await vault.open({ ...event, content })).toBeUndefined()
  })

  it('must fit into a field once sealed', async () => {
    const fits = Math.floor(((LIMITS.fieldBytesMax - 10) * 3) / 4) - 28
    const sealed = await vault.seal(turn('x'.repeat(fits)))
    expect(sealed.content.length).toBeLessThanOrEqual(LIMITS.fieldBytesMax)
    expect(await codeOf(vault.seal(turn('x'.repeat(fits + 3))))).toBe('FIELD_INVALID')
  })
})

describe.each(['memory', 'file'])('a %s vault', (sort) => {
  const open = async () =>
    sort === 'memory' ? createMemoryVault(seededRandom(2)) : createFileVault(await newFolder())

  it('erases a subject in its swarm, also from what it shares, and nothing else', async () => {
    const vault = await open()
    const others = [turn('b', { subject: 'bob' }), turn('c', { swarm: 'wasps' })]
    const hers = [turn('a'), turn('ab', { subject: 'bob, ada', seq: 3 })]
    const kept = await Promise.all(others.map(vault.seal))
    const gone = await Promise.all(hers.map(vault.seal))
    const fingerprint = await vault.destroy('bees', 'ada')
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(await vault.destroy('bees', 'ada')).toBe(fingerprint)
    expect(await Promise.all(gone.map(vault.open))).toEqual([undefined, undefined])
    expect(await Promise.all(kept.map(vault.open))).toEqual(others)
    expect(await codeOf(vault.seal(hers[0]!))).toBe('SUBJECT_ERASED')
    expect(await codeOf(vault.seal(hers[1]!))).toBe('SUBJECT_ERASED')
    expect(await vault.isErased('bees', 'ada')).toBe(true)
    expect(await vault.isErased('wasps', 'ada')).toBe(false)
  })

  it('says where there was nothing to destroy, and makes no key of that name later', async () => {
    const vault = await open()
    expect(await vault.destroy('bees', 'nobody')).toBeUndefined()
    expect(await vault.destroy('bees', 'nobody')).toBeUndefined()
    expect(await codeOf(vault.seal(turn('x', { subject: 'nobody' })))).toBe('SUBJECT_ERASED')
  })

  it('opens nothing of another vault', async () => {
    const sealed = await (await open()).seal(turn('x'))
    const foreign = createFileVault(await newFolder())
    expect(await foreign.open(sealed)).toBeUndefined()
  })
})

describe('a folder of keys', () => {
  it('gives the same key to all who make it at once, and takes it from all who have it', async () => {
    const folder = await newFolder()
    const vaults = Array.from({ length: 8 }, () => createFileVault(folder))
    const sealed = await Promise.all(vaults.map((vault) => vault.seal(turn('x'))))
    expect(new Set(sealed.map(({ content }) => content)).size).toBe(1)
    await Promise.all(vaults.slice(0, 3).map((vault) => vault.destroy('bees', 'ada')))
    for (const vault of [...vaults, createFileVault(folder)]) {
      expect(await vault.open(sealed[0]!)).toBeUndefined()
      expect(await codeOf(vault.seal(turn('y')))).toBe('SUBJECT_ERASED')
    }
  })

  it('leaves no key behind where a subject is made and erased at the same time', async () => {
    for (let round = 0; round < 40; round++) {
      const folder = await newFolder()
      const [one, two] = [createFileVault(folder), createFileVault(folder)]
      const erasing = two.destroy('bees', 'ada')
      for (let turns = 0; turns < round; turns++) await new Promise(setImmediate)
      await one.seal(turn('x')).catch(() => {})
      await erasing
      expect(await codeOf(one.seal(turn('x')))).toBe('SUBJECT_ERASED')
      expect(readdirSync(folder).map((file) => file.replace(/^.*\./, ''))).toEqual(['erased'])
    }
  })

  it('is its owner’s alone, names nobody, and keeps only a fingerprint of what was destroyed', async () => {
    const folder = await newFolder()
    const vault = createFileVault(folder)
    await vault.seal(turn('x'))
    const [file] = readdirSync(folder)
    expect(file).toMatch(/^[0-9a-f]{64}\.key$/)
    expect(statSync(join(folder, file!)).mode & 0o777).toBe(0o600)
    const fingerprint = await vault.destroy('bees', 'ada')
    const [tombstone] = readdirSync(folder)
    expect(readFileSync(join(folder, tombstone!), 'utf8')).toBe(fingerprint)
  })
})
