/**
 * Writes test/fixtures/capsule for every released version that has none; those there stay as they are. Run after
 * `waggle schemas release`: `node infra/bootstrap/run.mjs test/support/make-capsules.ts`. A test fails while one lacks.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { avroTypeOf } from '@waggle/codec'
import { eventId } from '@waggle/event'
import {
  CAPSULES,
  capsulePath,
  plainJson,
  releasedSchemas,
  type Capsule,
  type Released,
} from './capsule.ts'
import { anyRecord } from './sample-events.ts'

const EVENTS = 4
const SEED = 7
const START = Date.UTC(2020, 0, 1) * 1000
const SECOND = 1_000_000

/** By avsc alone: the product's own encoder writes the newest version only. */
function fill({ kind, version, schema }: Released): Capsule {
  const type = avroTypeOf(schema)
  const session = `capsule-${kind}-${version}`
  const events = fc
    .sample(anyRecord(schema), { numRuns: EVENTS, seed: SEED + version })
    .map((fields, index) => {
      const at = START + index * SECOND
      const envelope = {
        id: eventId(session, index + 1, at),
        swarm: 'capsule',
        agent: 'keeper',
        session,
        seq: index + 1,
        occurred_at: at,
        known_at: at,
        cause: null,
        run: index === EVENTS - 1 ? 'backtest' : null,
        subject: null,
      }
      const event = { ...fields, ...envelope }
      return { body: type.toBuffer(event).toString('base64'), fields: plainJson(event) }
    })
  return { kind, version, events }
}

mkdirSync(CAPSULES, { recursive: true })
for (const released of releasedSchemas()) {
  const path = capsulePath(released)
  if (existsSync(path)) continue
  writeFileSync(path, `${JSON.stringify(fill(released))}\n`)
}
