import type { Random } from '@waggle/base'
import type { Emitter } from '@waggle/emit'
import type { GatewayBus } from './gateway-bus.ts'

export interface Speaker {
  readonly swarm: string
  readonly agent: string
  readonly run: string | null
}

/** Emitters of those who speak through this gateway; one session for each of them. */
export interface Sessions {
  of(speaker: Speaker): Emitter
  /** A session the caller numbers itself, so that a repeated request writes nothing twice. */
  resumed(speaker: Speaker, session: string, seq: number): Emitter
}

const KEPT = 10_000

export function createSessions(bus: GatewayBus, random: Random): Sessions {
  const own = random.sessionId()
  const kept = new Map<string, Emitter>()
  let opened = 0
  return {
    of: (speaker) => {
      const key = JSON.stringify([speaker.swarm, speaker.agent, speaker.run])
      const emitter =
        kept.get(key) ?? bus.emitter({ ...speaker, session: `gateway/${own}/${++opened}` })
      kept.delete(key)
      kept.set(key, emitter)
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
      return emitter
    },
    resumed: (speaker, session, seq) => bus.emitter({ ...speaker, session, lastSeq: seq - 1 }),
  }
}
