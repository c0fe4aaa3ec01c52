import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isoOf } from '@waggle/base'
import { cloudEventHeaders, type AnyDraft } from '@waggle/emit'
import { eventId, partitionKeyOf, type Decision, type Signal } from '@waggle/event'
import { partitionOf } from '@waggle/log'
import { createHotProjection } from '@waggle/view-hot'
import { FOREIGN_SWARM, openForeignBus, type ForeignBus } from '../support/foreign-bus.ts'
import { resolveKafka } from '../support/kafka.ts'
import { NO_CONTEXT } from '../support/no-context.ts'
import { resolvePython } from '../support/python.ts'
import { apicurioRegistry, builtInRegistry } from '../support/registries.ts'

const AGENT = fileURLToPath(new URL('../../examples/python-agent/agent.py', import.meta.url))
const python = await resolvePython()
const kafka = await resolveKafka()
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
const COUNT = 5

describe.each(REGISTRIES)('a Python agent with $name', ({ registry }) => {
  const missing = python === undefined || kafka === undefined || registry === undefined
  describe.skipIf(missing)('on Kafka', () => {
    let bus: ForeignBus
    beforeAll(async () => void (bus = await openForeignBus(kafka!.broker, registry!.url)))
    afterAll(() => bus?.log.close())

    const agent = (task: string, name: string, ...more: string[]): Promise<string[]> => {
      const args = [task, '--swarm', FOREIGN_SWARM, '--agent', name, ...more]
      return python!.run(AGENT, args, bus)
    }

    it('joins and decides: every event is admitted, whole, and once however often it runs', async () => {
      const hot = bus.runner(createHotProjection())
      await hot.start()
      const run = ['decide', 'jäger', '--session', 'jäger/1', '--count', String(COUNT)] as const
      const printed = (await agent(...run)).map((line) => JSON.parse(line) as object)
      expect(printed).toHaveLength(1 + COUNT)
      const first = await bus.admitted('waggle.decisions.v1')
      expect(first.map(({ event }) => event)).toEqual(
        first.map(({ event }, n) => decisionOf(event as Decision, n)),
      )
      expect(first).toHaveLength(COUNT)
      for (const { event, record } of first) {
        const { topic, partition, offset, key, headers } = record
        expect(printed).toContainEqual({ topic, partition, offset: String(offset) })
        expect(key).toBe(partitionKeyOf(event))
        expect(partition).toBe(partitionOf(key, bus.log.topics[topic]!))
        expect(headers).toEqual(cloudEventHeaders(event))
      }
      expect(await bus.deadLetters()).toEqual([])

      await agent(...run)
      expect(await bus.records('waggle.decisions.v1')).toHaveLength(2 * COUNT)
      expect(await bus.admitted('waggle.decisions.v1')).toEqual(first)
      await hot.caughtUp(60_000)
      const { view } = hot.projection as ReturnType<typeof createHotProjection>
      const scope = { swarm: FOREIGN_SWARM, run: null }
      expect(view.isMember(scope, 'jäger')).toBe(true)
      expect(view.recentDecisions(scope, 100, 'jäger').map(({ event }) => event)).toEqual(
        first.map(({ event }) => event).toReversed(),
      )
      await hot.stop()
      const letters = await bus.deadLetters()
      expect(letters.map(({ headers }) => headers['dlq-code'])).toEqual(
        Array.from({ length: 1 + COUNT }, () => 'SEQ_DUPLICATE'),
      )
    })

    it('listens to signals of a TypeScript agent', async () => {
      const drafts = ['für alle', 'for you', 'for another', '\u{1f41d}'].map((message, n) =>
        signalOf(message, n === 1 ? ['ohr'] : n === 2 ? ['jäger'] : []),
      )
      const emitted = await bus.emitter('sender').emitAll(drafts)
      const heard = emitted.map(({ event }) => event as Signal).filter((_, n) => n !== 2)
      const lines = await agent('listen', 'ohr', '--count', '3')
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
        heard.map(({ kind: _kind, ...event }) => ({
          ...event,
          occurred_at: isoOf(event.occurred_at),
          known_at: isoOf(event.known_at),
          model_cutoff: isoOf(event.model_cutoff!),
        })),
      )
    })
  })
})

/** What agent.py says in its n-th decision; the clock is its own. */
function decisionOf({ known_at }: Decision, n: number): Decision {
  return {
    kind: 'decision',
    id: eventId('jäger/1', n + 2, known_at),
    swarm: FOREIGN_SWARM,
    agent: 'jäger',
    session: 'jäger/1',
    seq: n + 2,
    occurred_at: known_at,
    known_at,
    ...NO_CONTEXT,
    trajectory: 'jäger/1/breakout',
    action: 'LONG',
    instrument: 'ESZ5',
    context: `{"close": ${5432.25 + n}, "note": "\\u00fcber dem Band"}`,
    inputs: [],
    reasoning: 'The close is above the band.',
    alternatives: ['FLAT'],
    confidence: 0.625,
    predicted_outcome: null,
    predicted_value: 0.0125,
    horizon_at: Date.UTC(2030, 0, 2, 3, 4, 5) * 1000 + 678_901,
    quantity: BigInt(n - 1) * 1_000_000_000n,
    price: 5_432_250_000_000n + BigInt(n),
    parent: null,
    proposal: null,
    lock_resource: null,
    fencing_token: null,
  }
}

function signalOf(message: string, targets: string[]): AnyDraft {
  return {
    kind: 'signal',
    domain: 'trend',
    targets,
    severity: 'HIGH',
    confidence: 0.75,
    instrument: 'ESZ5',
    strength: -0.5,
    recommended_action: 'wait',
    message,
    ttl_ms: 60_000,
    model_id: 'm',
    model_cutoff: 1_700_000_000_123_456,
  }
}
