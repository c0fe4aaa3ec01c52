import { createHash } from 'node:crypto'
import { WaggleError } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import { positionText, type ModelCall } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { replayBatches } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import { canonicalJson, type Json } from '@waggle/view-coordination'
import { lineageOf } from './find-lineage.ts'
import { createRunLog } from './run-log.ts'

/** SHA-256 of the canonical request (RFC 8785), in hex. It outlives an erasure: it tells equal requests, not what they say. */
export function callKey(request: Json): string {
  return createHash('sha256').update(canonicalJson(request)).digest('hex')
}

/** Calls of models that the log has, to be taken in the order in which they were made. */
export interface Recordings {
  /**
   * The next call of an agent with this key: the first time it asks the first one, then the second; the last one
   * again once all are taken. Where the agent never made it, the calls of others count. SUBJECT_ERASED
   * with the position where the call was about someone who is erased by now.
   */
  take(agent: string, key: string): Promise<ModelCall | undefined>
}

export interface RecordingsOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly swarm: string
  /** Whose calls, in this order: a fork's parent, then the fork, so that one that is resumed goes on. */
  readonly runs: readonly (string | null)[]
  readonly vault?: Vault
}

/** Reads all calls of some runs, those from before a fork with it; a call stands once. */
export async function openRecordings(options: RecordingsOptions): Promise<Recordings> {
  const { codec, swarm, runs, vault } = options
  const calls = new Map<string, KnownEvent[]>()
  const seen = new Set<string>()
  for (const run of runs) {
    const log = createRunLog({ log: options.log, lineage: await lineageOf(options, swarm, run) })
    const topics = ['waggle.model-calls.v1']
    for await (const batch of replayBatches({ log, codec, swarm, run, topics })) {
      for (const known of batch) {
        const { event, position } = known
        if (event.kind !== 'model_call' || seen.has(positionText(position))) continue
        seen.add(positionText(position))
        for (const name of [ofAgent(event.agent, event.key), ofAnyone(event.key)]) {
          const list = calls.get(name) ?? []
          calls.set(name, list)
          list.push(known)
        }
      }
    }
  }
  const taken = new Map<string, number>()
  return {
    take: async (agent, key) => {
      const own = calls.get(ofAgent(agent, key))
      const list = own ?? calls.get(ofAnyone(key))
      if (list === undefined) return undefined
      const index = taken.get(ofAgent(agent, key)) ?? 0
      taken.set(ofAgent(agent, key), index + 1)
      return openCall(vault, list[Math.min(index, list.length - 1)]!)
    },
  }
}

const ofAgent = (agent: string, key: string): string => `${key} ${agent}`
const ofAnyone = (key: string): string => key

async function openCall(
  vault: Vault | undefined,
  { event, position }: KnownEvent,
): Promise<ModelCall> {
  const call = event as ModelCall
  if (call.subject === null) return call
  const at = positionText(position)
  if (vault === undefined) {
    const what = `The call at ${at} is about a subject: it needs a vault to be opened`
    throw new WaggleError('CONFIG_INVALID', what, { field: 'vault', input: at })
  }
  const opened = await vault.open(call)
  if (opened !== undefined) return opened
  throw new WaggleError('SUBJECT_ERASED', `The call at ${at} was about ${call.subject}`, {
    field: 'subject',
    input: at,
  })
}
