import type { Codec } from '@waggle/codec'
import type { EventLog } from '@waggle/log'
import type { Vault } from '@waggle/vault'
import type { ReadBack } from './read-episode.ts'

export interface ReadBackOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly vault?: Pick<Vault, 'open'>
}

/** Reads archived events from the log, one at a time. */
export function createReadBack({ log, codec, vault }: ReadBackOptions): ReadBack {
  return async (position) => {
    const [record] = await log.read(position, 1)
    if (record === undefined || record.offset !== position.offset) return undefined
    const event = await codec.decode(record.value)
    return event.subject === null || vault === undefined ? event : vault.open(event)
  }
}
