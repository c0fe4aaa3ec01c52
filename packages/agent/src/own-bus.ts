import type { Clock, Micros } from '@waggle/base'
import type { AgentBus, CoordinationBus } from '@waggle/coordinate'
import type { AnyDraft, Draft, EmittableKind, Emitted, Emitter } from '@waggle/emit'
import { partitionName, type Kind, type Position } from '@waggle/event'
import type { MemoryView } from '@waggle/memory'
import type { ReadOptions, ViewSource } from '@waggle/query'
import type { BankView } from '@waggle/reasoning-bank'
import type { Vault } from '@waggle/vault'
import type { HotView } from '@waggle/view-hot'

/** What the SDK takes of a bus; the embedded one and the cluster's both give it. */
export interface AgentSdkBus extends CoordinationBus {
  readonly hot: ViewSource<HotView>
  readonly memory: ViewSource<MemoryView>
  /** What outcomes taught; a bus may do without. */
  readonly bank?: ViewSource<BankView> | undefined
  /** Opens an agent's own sealed state; without one, it stays sealed. */
  readonly vault?: Pick<Vault, 'open'> | undefined
}

/** The model that an agent thinks with; stamped on all it says. */
export interface ModelInfo {
  readonly id: string
  readonly version?: string
  /** End of its training data: decisions about earlier times may be contaminated. */
  readonly cutoff?: Micros
}

/**
 * Where an agent is in its line of thought. It is passed on by hand, never by the call stack: two lines of one
 * agent have a context each.
 */
export interface AgentContext {
  readonly trajectory: string | null
  /** Id of the event that leads to the next one. */
  cause: string | null
  /** Whether what the agent says becomes the cause of what it says next. */
  readonly follows: boolean
}

/** A bus as one agent has it in one line of thought. */
export interface OwnBus extends AgentBus {
  readonly session: string
  readonly hot: ViewSource<HotView>
  readonly memory: ViewSource<MemoryView>
  readonly bank: ViewSource<BankView> | undefined
  readonly vault: Pick<Vault, 'open'> | undefined
  readonly clock: Clock
  readonly context: AgentContext
  /** What reads wait for if they are not told: everything this agent has written itself. */
  fresh(options?: ReadOptions): Required<ReadOptions>
}

/** The newest of an agent's own writes in each partition. */
export class OwnWrites {
  readonly #newest = new Map<string, Position>()

  note(position: Position): void {
    const name = partitionName(position)
    const known = this.#newest.get(name)
    if (known === undefined || known.offset < position.offset) this.#newest.set(name, position)
  }

  positions(): Position[] {
    return [...this.#newest.values()]
  }
}

/** Kinds that lead to what is said next; locks, ticks of membership and the like do not. */
const LEADING: ReadonlySet<Kind> = new Set([
  'observation',
  'signal',
  'decision',
  'execution',
  'fill',
  'outcome',
  'experience',
  'message',
])

/** An emitter that stamps trajectory, cause and model where a draft says nothing of them. */
export function stampedEmitter(
  inner: Emitter,
  context: AgentContext,
  model: ModelInfo | undefined,
  writes: OwnWrites,
): Emitter {
  const modelFields =
    model === undefined
      ? {}
      : {
          model_id: model.id,
          model_version: model.version ?? null,
          model_cutoff: model.cutoff ?? null,
        }
  const emitAll = async (drafts: readonly AnyDraft[]): Promise<Emitted[]> => {
    const stamped = drafts.map((draft) => {
      const { trajectory = null, cause = null } = draft
      return {
        ...modelFields,
        ...draft,
        trajectory: trajectory ?? context.trajectory,
        cause: cause ?? context.cause,
      } as AnyDraft
    })
    const emitted = await inner.emitAll(stamped)
    for (const { event, position } of emitted) {
      writes.note(position)
      if (context.follows && LEADING.has(event.kind)) context.cause = event.id
    }
    return emitted
  }
  return {
    get seq() {
      return inner.seq
    },
    emitAll,
    emit: async <K extends EmittableKind>(draft: Draft<K>) => {
      const [emitted] = await emitAll([draft as unknown as AnyDraft])
      return emitted as unknown as Emitted<K>
    },
  }
}
