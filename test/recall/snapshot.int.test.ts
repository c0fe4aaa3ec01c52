import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createLexicalEmbedder,
  createRecallIndex,
  type Embedder,
  type RecallDocument,
  type RecallIndex,
} from '@waggle/recall'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const lexical = createLexicalEmbedder({ dimensions: 64 })
const documents = Array.from({ length: 30 }, (_, i): RecallDocument => ({
  key: `key-${i}`,
  namespace: 'shared',
  source: `agent${i % 3}`,
  kind: 'experience',
  text: `lesson ${i} about topic ${i % 7} and secret${i}`,
  knownFrom: i,
  occurredAt: i,
}))

let folder: string
beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'waggle-recall-')), 'snapshot')))
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

/** Counts what it embeds. */
function counting(): Embedder & { count: number } {
  return {
    ...lexical,
    count: 0,
    embed(texts) {
      this.count += texts.length
      return lexical.embed(texts)
    },
  }
}

async function saved(scope = 'a'): Promise<RecallIndex> {
  const index = createRecallIndex({ embedder: lexical, scope, graphFrom: 1 })
  await index.add(documents)
  index.settle(20)
  index.saveSnapshot(folder)
  return index
}

const ask = { text: 'lesson about topic 3', limit: 30 } as const

describe('a snapshot', () => {
  it('spares a rebuild the embedding, and changes no answer', async () => {
    const before = await saved()
    const embedder = counting()
    const index = createRecallIndex({ embedder, scope: 'a', graphFrom: 1 })
    expect(index.loadSnapshot(folder)).toBe(30)
    expect(index.size).toBe(0)
    const changed = { ...documents[4]!, text: 'another lesson' }
    // In another order, one text changed, one new, some not in the log any more.
    await index.add([...documents.slice(10).reverse(), changed, { ...changed, key: 'new' }])
    expect(embedder.count).toBe(2)
    expect(index.figures).toMatchObject({ reused: 20, documents: 22, settled: 10 })
    index.forgetUnclaimed()
    before.drop(documents.slice(0, 10).map(({ key }) => key))
    await before.add([changed, { ...changed, key: 'new' }])
    expect(await index.search(ask)).toEqual(await before.search(ask))
    index.settle(100)
    expect(index.figures.settled).toBe(22)
    expect(await index.search(ask)).toEqual(await before.search(ask))
  })

  it('lets nothing be found that the log did not bring', async () => {
    await saved()
    const index = createRecallIndex({ embedder: lexical, scope: 'a' })
    index.loadSnapshot(folder)
    expect(await index.search(ask)).toEqual([])
    await index.add(documents.slice(0, 1))
    expect((await index.search(ask)).map(({ key }) => key)).toEqual(['key-0'])
  })

  it('has nothing left of what was dropped: no key, no code, no bytes in the graph', async () => {
    const index = await saved()
    const [before, codes] = [partOf('graph'), partOf('codes')]
    // usearch begins with the vectors: two counts of 4 bytes, then 64 bytes for each; the first 20 are in order.
    const inGraph = before.subarray(8 + 5 * 64, 8 + 6 * 64)
    const inCodes = codes.subarray(5 * 64, 6 * 64)
    expect(partOf('graph').includes(inGraph)).toBe(true)
    index.drop(['key-5'])
    index.saveSnapshot(folder)
    expect(partOf('graph').includes(inGraph)).toBe(false)
    expect(partOf('codes').includes(inCodes)).toBe(false)
    expect(partOf('keys').includes('"key-5"')).toBe(false)
    expect(readdirSync(folder)).toHaveLength(4)
  })

  it('forgets for good what is dropped before it is claimed', async () => {
    await saved()
    const inGraph = partOf('graph').subarray(8 + 5 * 64, 8 + 6 * 64)
    const embedder = counting()
    const index = createRecallIndex({ embedder, scope: 'a' })
    index.loadSnapshot(folder)
    index.drop(['key-5'])
    await index.add(documents.filter(({ key }) => key !== 'key-5'))
    expect(embedder.count).toBe(0)
    index.saveSnapshot(folder)
    expect(partOf('graph').includes(inGraph)).toBe(false)
  })

  it('is refused whichever byte is changed or cut off, and the index works without it', async () => {
    await saved()
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      const whole = readFileSync(path)
      const step = name.endsWith('.json') ? 1 : 97
      for (let at = 0; at < whole.length; at += step) {
        const broken = Buffer.from(whole)
        broken[at]! ^= 1
        writeFileSync(path, broken)
        expectRefused('SNAPSHOT_INVALID')
      }
      writeFileSync(path, whole.subarray(0, whole.length - 1))
      expectRefused('SNAPSHOT_INVALID')
      writeFileSync(path, whole)
    }
    const index = createRecallIndex({ embedder: lexical, scope: 'a' })
    expect(index.loadSnapshot(folder)).toBe(30)
  })

  it('of another scope or embedder is refused, and of nothing is none', async () => {
    await saved('b')
    expectRefused('SNAPSHOT_INVALID')
    const other = createLexicalEmbedder({ dimensions: 32 })
    expect(() => createRecallIndex({ embedder: other, scope: 'b' }).loadSnapshot(folder)).toThrow(
      expect.objectContaining({ code: 'DIMENSION_MISMATCH' }),
    )
    expect(createRecallIndex({ embedder: lexical }).loadSnapshot(`${folder}-none`)).toBe(0)
    expect(existsSync(`${folder}-none`)).toBe(false)
  })
})

function expectRefused(code: string): void {
  const index = createRecallIndex({ embedder: lexical, scope: 'a' })
  expect(() => index.loadSnapshot(folder)).toThrow(expect.objectContaining({ code }))
}

function partOf(part: string): Buffer {
  const name = readdirSync(folder).find((file) => file.startsWith(`${part}-`))!
  return readFileSync(join(folder, name))
}
