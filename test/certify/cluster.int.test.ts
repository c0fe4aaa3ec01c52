import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { manualClock, silentLogger, systemClock } from '@waggle/base'
import { openCertificate, verifyCertificate } from '@waggle/certify'
import { cloudEventHeaders, createEmitter } from '@waggle/emit'
import { partitionsOf, type EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { openEngines, parseEnvironment, parseTopicsFile, type Engines } from '@waggle/service'
import { runWaggle } from '@waggle-services/cli'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { connectionTo, resolveKafka } from '../support/kafka.ts'
import { builtInRegistry } from '../support/registries.ts'

const kafka = await resolveKafka()
const registry = await builtInRegistry()
const folder = mkdtempSync(join(tmpdir(), 'waggle-cluster-'))
const file = (name: string): string => join(folder, name)
afterAll(async () => {
  await registry.stop()
  await kafka?.dispose()
  rmSync(folder, { recursive: true })
})

async function cluster(environment: Record<string, string>): Promise<Engines> {
  const config = parseEnvironment(environment, (path) => readFileSync(path, 'utf8'))
  const topics = parseTopicsFile(readFileSync(config.WAGGLE_KAFKA_TOPICS, 'utf8'))
  const { signal } = new AbortController()
  const deps = { clock: systemClock(), logger: silentLogger, signal, onWaiting: () => {} }
  return openEngines(config, topics, deps)
}

/** The same records at the same offsets and append times, in the embedded engine. */
async function imported(from: EventLog): Promise<EventLog> {
  const clock = manualClock()
  const log = await openLmdbLog({ path: file('log'), topics: from.topics, clock })
  for (const at of partitionsOf(from, Object.keys(from.topics))) {
    for (const record of await from.read({ ...at, offset: 0n }, 10_000)) {
      clock.set(record.appendedAt)
      await log.append([record])
    }
  }
  return log
}

describe.skipIf(kafka === undefined)('a certificate of a cluster', () => {
  it('is made and verified by the command, and holds of the log imported into LMDB', async () => {
    const environment = {
      WAGGLE_KAFKA_BROKERS: kafka!.broker,
      WAGGLE_KAFKA_TOPIC_PREFIX: connectionTo('').topicPrefix!,
      WAGGLE_REGISTRY_URL: registry.url,
    }
    const { log, codec } = await cluster(environment)
    const clock = systemClock()
    for (const agent of ['a', 'b']) {
      const own = { swarm: 's', agent, session: `${agent}/1`, run: null }
      const emitter = createEmitter({ log, codec, clock, headers: cloudEventHeaders, ...own })
      await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
      for (let at = 0; at < 60; at++)
        await emitter.emit({
          kind: 'lock_command',
          resource: `r${at % 7}`,
          op: 'ACQUIRE',
          request: `${at}`,
        })
    }
    const waggle = (...argv: string[]) => runWaggle(argv, environment, { write: () => {} })
    const trees = ['--trees', file('trees')]
    await waggle('certify', '--out', file('one'), '--key', file('key'), ...trees)
    const given = ['--certificate', file('one'), '--key', file('key.pub')]
    expect([await waggle('verify', '--deep', ...given, ...trees)]).toEqual([0])
    const key = readFileSync(file('key.pub'), 'utf8').trim()
    const certificate = readFileSync(file('one'), 'utf8')
    expect(openCertificate(certificate, key)).toMatchObject({
      signed: true,
      body: { engines: { log: 'kafka' }, schemas: [{}, {}] },
    })
    const copy = await imported(log)
    const onlyCount = { publish: async () => {}, lookAgain: () => {} }
    const views = [createHotProjection, () => createCoordinationProjection(onlyCount)]
    const verified = await verifyCertificate(certificate, {
      log: copy,
      codec,
      verifier: key,
      views,
    })
    expect(verified.findings).toEqual([])
    await copy.close()
    await log.close()
  })
})
