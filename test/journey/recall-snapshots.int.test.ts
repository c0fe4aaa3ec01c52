import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@waggle/base'
import { createLexicalEmbedder, type Embedder } from '@waggle/recall'
import { createMemoryViewService } from '@waggle-services/memory-view'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const WAIT_MS = 30_000
let folder: string
let bus: MemoryBus
let embedded: string[]
let embedder: Embedder
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-recall-snapshots-'))
  bus = await memoryBus()
  embedded = []
  const lexical = createLexicalEmbedder()
  embedder = {
    name: lexical.name,
    dimensions: lexical.dimensions,
    embed: (texts) => {
      embedded.push(...texts)
      return lexical.embed(texts)
    },
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** One life of the service: reads the log, answers a question, stops. */
async function live(question = 'momentum'): Promise<readonly string[]> {
  embedded.length = 0
  const service = createMemoryViewService({
    ...bus,
    logger: silentLogger,
    embedder,
    snapshotFolder: folder,
  })
  await service.start()
  await service.runner.caughtUp(WAIT_MS)
  const scope = { swarm: SWARM, run: null }
  const recalled = await service.view.recall(scope, { agent: 'ann', text: question, limit: 10 })
  await service.stop()
  return recalled.map(({ id }) => id)
}

const remember = (content: string) =>
  bus
    .emitter('ann', { session: content })
    .emit({ kind: 'experience', namespace: 'ann', type: 'lesson', content, importance: 0.9 })

describe('a memory view that starts again', () => {
  it('embeds only what is new, and answers as one that has no snapshot', async () => {
    for (const content of ['momentum pays', 'momentum fades', 'calm week']) await remember(content)
    const first = await live()
    expect(embedded).toEqual(expect.arrayContaining(['lesson momentum pays', 'lesson calm week']))
    await remember('momentum again')
    const second = await live()
    expect(embedded.toSorted()).toEqual(['lesson momentum again', 'momentum'])
    rmSync(folder, { recursive: true })
    expect(await live()).toEqual(second)
    expect(second).toHaveLength(first.length + 1)
  })

  it('goes on without a snapshot that is damaged', async () => {
    await remember('momentum pays')
    const answer = await live()
    const [scope] = readdirSync(folder)
    const codes = readdirSync(join(folder, scope!)).find((name) => name.startsWith('codes'))!
    const path = join(folder, scope!, codes)
    const bytes = readFileSync(path)
    bytes[0]! ^= 1
    writeFileSync(path, bytes)
    expect(await live()).toEqual(answer)
    expect(embedded).toContain('lesson momentum pays')
    await live()
    expect(embedded).not.toContain('lesson momentum pays')
  })
})
