import { manualClock, type ManualClock } from '@waggle/base'
import { createCodec, type Codec, type SchemaRegistry } from '@waggle/codec'
import { createEmitter, type Emitter, type Seal } from '@waggle/emit'
import { PARTITIONS, type AvroRecord } from '@waggle/event'
import { WaggleError } from '@waggle/base'
import type { EventLog } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'

/** Ids by order of registering; for tests whose subject is not the registry. */
export function inMemoryRegistry(): SchemaRegistry {
  const schemas: AvroRecord[] = []
  return {
    register: async (_subject, schema) => {
      const known = schemas.indexOf(schema)
      return known >= 0 ? known + 1 : schemas.push(schema)
    },
    byId: async (id) => {
      const schema = schemas[id - 1]
      if (schema === undefined) throw new WaggleError('SCHEMA_UNKNOWN', `No schema ${id}`)
      return schema
    },
  }
}

export interface MemoryBus {
  readonly log: EventLog
  readonly codec: Codec
  /** Starts at 2020-01-01 and moves only when told to. */
  readonly clock: ManualClock
  emitter(
    agent: string,
    options?: { run?: string | null; session?: string; lastSeq?: number },
  ): Emitter
}

export const SWARM = 'test-swarm'
export const START = Date.UTC(2020, 0, 1) * 1000

/** The deterministic half of the bus: log and codec, no views. Events about subjects need a `seal`. */
export async function memoryBus(sealing: { readonly seal?: Seal } = {}): Promise<MemoryBus> {
  const clock = manualClock(START)
  const log = createMemoryLog({ topics: PARTITIONS, clock })
  const codec = createCodec(inMemoryRegistry())
  await codec.register()
  return {
    log,
    codec,
    clock,
    emitter: (agent, { run = null, session = `session-${agent}`, lastSeq = 0 } = {}) =>
      createEmitter({ log, codec, clock, swarm: SWARM, agent, session, lastSeq, run, ...sealing }),
  }
}
