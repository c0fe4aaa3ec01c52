import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { schemaIdOf } from '@waggle/codec'
import type { Decision } from '@waggle/event'
import { createHotProjection } from '@waggle/view-hot'
import { hasTool } from '@waggle-infra/native/find-tool'
import { FOREIGN_SWARM, openForeignBus, type ForeignBus } from '../support/foreign-bus.ts'
import { resolveInfra } from '../support/infra.ts'
import { resolveKafka } from '../support/kafka.ts'
import { resolvePython } from '../support/python.ts'
import { apicurioRegistry, builtInRegistry } from '../support/registries.ts'

const run = promisify(execFile)
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const AGENT = fileOf('../../examples/python-agent/agent.py')
const PRODUCER = fileOf('./foreign-producer.py')
const DECODER = fileOf('./decode-frames.py')
const DECISION_SCHEMA = fileOf('../../schemas/decision.avsc')
const DECISIONS = 'waggle.decisions.v1'

const python = await resolvePython()
const kafka = await resolveKafka()
const kcat = await resolveInfra('kcat', [
  async () => ((await hasTool('kcat', ['-V'])) ? 'kcat' : undefined),
])
const apicurio = await apicurioRegistry()
const builtIn = await builtInRegistry()
afterAll(async () => {
  await kafka?.dispose()
  await apicurio?.stop()
  await builtIn.stop()
})

const REGISTRIES = [
  { name: 'Apicurio', registry: apicurio },
  { name: 'the built-in registry', registry: builtIn },
]

describe.each(REGISTRIES)('with $name', ({ registry }) => {
  const missing = python === undefined || kafka === undefined || registry === undefined
  describe.skipIf(missing)('and Python', () => {
    let bus: ForeignBus
    beforeAll(async () => void (bus = await openForeignBus(kafka!.broker, registry!.url)))
    afterAll(() => bus?.log.close())
    const produce = (...args: string[]) => python!.run(PRODUCER, args, bus)

    it.skipIf(kcat === undefined)('kcat reads a topic, and fastavro its frames', async () => {
      const args = ['decide', '--swarm', FOREIGN_SWARM, '--agent', 'k', '--session', 'k/1']
      await python!.run(AGENT, args, bus)
      const admitted = await bus.admitted(DECISIONS)
      const consume = ['-C', '-q', '-e', '-b', kafka!.broker, '-t', bus.topicPrefix + DECISIONS]
      const { stdout } = await run(kcat!, [...consume, '-f', '%k\t%p\t%o\t%h\n'])
      const lines = admitted.map(({ record: { key, partition, offset, headers } }) => {
        const pairs = Object.entries(headers).map((pair) => pair.join('='))
        return [key, partition, offset, pairs.join(',')].join('\t')
      })
      expect(stdout.trimEnd().split('\n')).toEqual(lines)

      const folder = await mkdtemp(join(tmpdir(), 'waggle-kcat-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      const raw = await run(kcat!, [...consume, '-f', '%R%s'], { encoding: 'buffer' })
      await writeFile(join(folder, 'frames'), raw.stdout)
      const decoded = await python!.run(DECODER, [DECISION_SCHEMA, join(folder, 'frames')])
      expect(decoded.map((line) => JSON.parse(line) as unknown)).toEqual(
        admitted.map(({ event, record }, n) => ({
          magic: '00',
          schema_id: schemaIdOf(record.value),
          event: expect.objectContaining({
            id: event.id,
            seq: event.seq,
            context: (event as Decision).context,
            horizon_at: '2030-01-02 03:04:05.678901+00:00',
            price: `5432.25000000${n}`,
          }) as unknown,
        })),
      )
    })

    it('a schema that grew elsewhere is read by ours, and the rest goes on', async () => {
      await produce('evolved')
      const grown = (await bus.admitted(DECISIONS)).filter(({ event }) => event.agent === 'evolved')
      expect(grown.map(({ event }) => event)).toMatchObject([
        { kind: 'decision', seq: 1, action: 'NEW', confidence: 0.5, fencing_token: null },
        { kind: 'decision', seq: 2, action: 'NEW', confidence: 0.5, fencing_token: null },
      ])
      for (const { event } of grown) expect(event).not.toHaveProperty('urgency')
    })

    it('what is no event becomes a dead letter with its reason and its bytes', async () => {
      const sent = JSON.parse((await produce('garbage')).at(-1)!) as Record<string, string>
      const hot = bus.runner(createHotProjection())
      onTestFinished(() => hot.stop())
      await hot.start()
      await hot.caughtUp(60_000)
      const letters = await bus.deadLetters()
      expect(
        Object.fromEntries(letters.map(({ key, value }) => [key, value.toString('hex')])),
      ).toEqual(sent)
      const codes = letters.map(({ key, headers }) => [key, headers['dlq-code']])
      expect(Object.fromEntries(codes)).toEqual({
        empty: 'FRAME_INVALID',
        text: 'FRAME_INVALID',
        binary: 'SCHEMA_UNKNOWN',
        'unknown id': 'SCHEMA_UNKNOWN',
        'other kind': 'BYTES_MALFORMED',
        'foreign schema': 'SCHEMA_UNKNOWN',
        cut: 'BYTES_MALFORMED',
        'too long': 'BYTES_MALFORMED',
        'no value': 'FRAME_INVALID',
      })
      for (const { key, headers } of letters) {
        expect(headers['dlq-reason']).not.toBe('')
        if (key !== 'no value') expect(headers['source-what']).toBe(key)
      }
      const { view } = hot.projection as ReturnType<typeof createHotProjection>
      const scope = { swarm: FOREIGN_SWARM, run: null }
      expect(view.recentDecisions(scope, 9, 'garbage').map(({ event }) => event.action)).toEqual([
        'AFTER',
      ])
    })
  })
})
