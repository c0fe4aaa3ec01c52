import type { KnowledgeChange, KnowledgeChanged } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { positionText } from '@waggle/event'
import { readView } from '@waggle/query'
import type { GatewayParts } from '../gateway-parts.ts'
import { tokenOfPositions } from '../routes/emit-routes.ts'
import type { Speaker } from '../sessions.ts'
import { createGraphReader } from './graph-reader.ts'
import { planChange } from './plan-change.ts'

export interface WantedChange {
  readonly speaker: Speaker
  readonly namespace: string
  readonly change: KnowledgeChange
}

export interface Changed {
  readonly data: KnowledgeChanged
  /** Token of what was said. */
  readonly position: string
}

/**
 * Changes of a namespace one after another: each is planned against a view that has the one before. Where two
 * gateways write at once, both are kept, and what both said is shown once.
 */
export function createKnowledgeWriter({
  bus,
  sessions,
}: Pick<GatewayParts, 'bus' | 'sessions'>): (wanted: WantedChange) => Promise<Changed> {
  const turns = new Map<string, Promise<unknown>>()
  return (wanted) => {
    const { speaker, namespace } = wanted
    const key = JSON.stringify([speaker.swarm, speaker.run, namespace])
    const turn = (turns.get(key) ?? Promise.resolve()).then(() => change(wanted))
    const done: Promise<unknown> = turn
      .catch(() => {})
      .then(() => void (turns.get(key) === done && turns.delete(key)))
    turns.set(key, done)
    return turn
  }

  async function change({ speaker, namespace, change: asked }: WantedChange): Promise<Changed> {
    const { value: planned } = await readView(bus.memory, (view) => {
      if (!view.mayWrite(speaker, speaker.agent, namespace))
        throw new WaggleError('ACCESS_DENIED', `${speaker.agent} may not write in ${namespace}`, {
          field: 'namespace',
          input: namespace,
        })
      return planChange(createGraphReader(view, speaker, namespace), namespace, asked)
    })
    const { drafts, changed } = planned
    if (drafts.length === 0) return { data: changed, position: '' }
    const emitted = await sessions.of(speaker).emitAll(drafts)
    const positions = emitted.map(({ position }) => position)
    await readView(
      bus.memory,
      (view) => {
        for (const position of positions) {
          const answer = view.namespaceWrite(speaker, namespace, position)
          if (answer !== undefined && answer !== 'COUNTS')
            throw new WaggleError(answer.code, `It counts for nothing: ${answer.reason}`, {
              input: positionText(position),
            })
        }
      },
      { after: positions },
    )
    return { data: changed, position: tokenOfPositions(emitted) }
  }
}
