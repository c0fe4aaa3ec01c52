import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { Archive, openArchivedLog, openLocalStore, verifyArchive } from '@waggle/archive'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { createEmitter } from '@waggle/emit'
import { DEAD_LETTER_TOPIC, SCHEMA_TOPIC } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { openLiveEngines, parseEnvironment, parseTopicsFile, type Engines } from '@waggle/service'
import { buildArchiver, openArchiver } from '@waggle-services/archiver'
import { startService } from '@waggle-infra/native/service'
import { everything } from '../support/archive-scene.ts'
import { connectionTo, resolveKafka } from '../support/kafka.ts'
import { lateClock } from '../support/late-clock.ts'
import { builtInRegistry } from '../support/registries.ts'

const kafka = await resolveKafka()
const registry = await builtInRegistry()
afterAll(async () => {
  await registry.stop()
  await kafka?.dispose()
})

const KILLS = Number(process.env['WAGGLE_KILLS'] ?? 10)
const LIFE = fileURLToPath(new URL('./archiver-life.ts', import.meta.url))
const TOPICS = parseTopicsFile(readFileSync('infra/kafka/topics.json', 'utf8'))

interface Scene extends Engines {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  emit(count: number): Promise<void>
}

/** An empty log on the broker, and a folder for its archive. */
async function openScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-archiver-'))
  const environment = {
    WAGGLE_LOG_LEVEL: 'silent',
    WAGGLE_KAFKA_BROKERS: kafka!.broker,
    WAGGLE_KAFKA_TOPIC_PREFIX: connectionTo('').topicPrefix!,
    WAGGLE_REGISTRY_URL: registry.url,
    WAGGLE_ARCHIVE: join(folder, 'archive'),
    WAGGLE_ARCHIVE_TRIM: 'true',
  }
  const { signal } = new AbortController()
  const deps = { clock: systemClock(), logger: silentLogger, signal, onWaiting: () => {} }
  const engines = await openLiveEngines(
    parseEnvironment(environment, () => ''),
    TOPICS,
    deps,
  )
  const { log, codec } = engines
  onTestFinished(async () => {
    await log.close()
    rmSync(folder, { recursive: true })
  })
  const emitter = createEmitter({ ...engines, ...deps, swarm: 's', agent: 'a', session: 'a/1' })
  const emit = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const proposal = `p${i % 7}`
      await emitter.emitAll([
        { kind: 'vote', proposal, choice: 'c', confidence: 0 },
        { kind: 'observation', domain: 'd', source: 's', content: `no ${i}` },
        {
          kind: 'lock_command',
          op: 'ACQUIRE',
          resource: `r${i % 5}`,
          request: `q${i}`,
          lease_ms: 9,
        },
      ])
    }
    const at = { topic: 'waggle.proposals.v1', key: 'k', value: Buffer.from('no event') }
    await log.append([at, { ...at, topic: DEAD_LETTER_TOPIC }])
  }
  return { ...engines, folder, environment, emit, codec }
}

interface Life {
  readonly steps: readonly string[]
  readonly killed: boolean
}

async function live(environment: Readonly<Record<string, string>>, dieAt = ''): Promise<Life> {
  const args = [LIFE, JSON.stringify(environment), dieAt]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const steps: string[] = []
  for await (const line of createInterface({ input: child.stdout })) steps.push(line)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { steps, killed: child.signalCode === 'SIGKILL' }
}

const storeOf = ({ environment }: Scene) => openLocalStore(environment['WAGGLE_ARCHIVE']!)

describe.skipIf(kafka === undefined)('the archiver on Kafka', () => {
  it(
    'killed at any step goes on without a gap, a repeat or a lost record',
    { timeout: 300_000 },
    async () => {
      const scene = await openScene()
      const { log, environment } = scene
      const random = seededRandom(7)
      const names = ['file', 'commit', 'trim'].flatMap((name) => [
        `before ${name}`,
        `after ${name}`,
      ])
      const anywhere = (): string =>
        `${names[Math.floor(random.next() * names.length)]} ${1 + Math.floor(random.next() * 8)}`
      // In the second wave the archive is there, and Kafka has let go of what it holds.
      for (const sure of [
        ['before file 2', 'before commit 1', 'after commit 1', 'after trim 2'],
        ['after file 1', 'before trim 1'],
        [],
      ]) {
        await scene.emit(40)
        const joined = async () => openArchivedLog(log, await Archive.open(storeOf(scene)))
        const before = await everything(await joined(), 1000)
        const plan = [...sure, ...Array.from({ length: KILLS >> 1 }, anywhere)]
        for (const [index, dieAt] of plan.entries()) {
          const { killed, steps } = await live(environment, dieAt)
          if (index < sure.length) expect([dieAt, killed]).toEqual([dieAt, true])
          expect(await everything(await joined(), 1000)).toEqual(before)
          expect((await verifyArchive(await Archive.open(storeOf(scene)))).problems).toEqual([])
          if (killed) continue
          expect(JSON.parse(steps.at(-1)!)).toEqual({ state: 'running', reason: null })
          break
        }
        expect((await live(environment)).killed).toBe(false)
        const archive = await Archive.open(storeOf(scene))
        expect(await verifyArchive(archive)).toMatchObject({
          problems: [],
          strays: [],
          rows: before.length,
        })
        expect(await everything(openArchivedLog(log, archive), 1000)).toEqual(before)
        const kept = Object.keys(log.topics).filter((topic) => topic !== SCHEMA_TOPIC)
        const partitions = partitionsOf(log, kept)
        expect(await log.retention!.starts(partitions)).toEqual(await log.ends(partitions))
      }
    },
  )

  it('archives and trims as it is told, and says what is wrong until it is mended', async () => {
    const scene = await openScene()
    const { environment, folder, log } = scene
    await scene.emit(5)
    const config = parseEnvironment(environment, () => '')
    const deps = { clock: lateClock(), logger: silentLogger }
    const stop = new AbortController()
    const waits: (string | undefined)[] = []
    const onWaiting = (reason: string | undefined): void => {
      waits.push(reason)
      if (reason !== undefined) rmSync(join(folder, 'archive'))
    }
    const { WAGGLE_ARCHIVE: _none, ...without } = config
    const opening = { ...deps, signal: stop.signal, onWaiting }
    await expect(openArchiver(without, TOPICS, opening)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    // A file where the folder has to be: it waits until that is gone.
    writeFileSync(join(folder, 'archive'), '')
    const opened = await openArchiver(config, TOPICS, opening)
    expect(waits[0]).toContain('manifest/')
    onTestFinished(() => opened.log.close())
    const worker = await buildArchiver({ ...opened, ...deps, config })
    await worker.start()
    await worker.stop()
    expect(await worker.status()).toMatchObject({ name: 'archiver', state: 'running', lag: 0n })
    const [start] = await log.retention!.starts([{ topic: DEAD_LETTER_TOPIC, partition: 0 }])
    const { rows } = await verifyArchive(await Archive.open(storeOf(scene)))
    expect(rows).toBeGreaterThan(15)
    expect(await log.ends([start!])).toEqual([start])

    await storeOf(scene).put('manifest/000000000002.jsonl', Buffer.from('half a li'))
    const second = await buildArchiver({ ...opened, ...deps, config })
    await second.start()
    await second.stop()
    expect(await second.status()).toMatchObject({
      state: 'stalled',
      reason: expect.stringContaining('manifest/000000000002.jsonl') as string,
    })
  })

  it('is a process that becomes ready, and one that ends where its archive is not named', async () => {
    const { environment } = await openScene()
    const service = await startService('archiver', { environment })
    const health = (await (await fetch(`${service.url}/health`)).json()) as object
    await service.stop()
    expect(health).toMatchObject({ state: 'ok', projections: [{ name: 'archiver' }] })
    const { WAGGLE_ARCHIVE: _none, ...without } = environment
    await expect(startService('archiver', { environment: without })).rejects.toThrow(
      'did not become ready',
    )
  })
})
