import { WaggleError, type Micros } from '@waggle/base'
import type { AgentBus } from '@waggle/coordinate'
import type { Emitted } from '@waggle/emit'
import { readView, type ReadOptions } from '@waggle/query'

/** Members with this capability may quarantine others and erase subjects. */
export const WARDEN = 'warden'

/**
 * What takes back what was said. Whether an agent may is decided here, before it is emitted, from the registry:
 * every agent for itself, else members with the capability `warden`. The fold takes whatever is in the log, for the
 * registry stands in another partition, and no order holds between the two that every reader would see alike.
 * So a producer that goes round the SDK has to be held back by the rights of the log (ACLs of the topic
 * waggle.compensations.v1) or by a gateway; what it did is in the log with its name and can be lifted.
 */
export interface Trust {
  /**
   * Takes what an agent said from `since` on (known then or later, in microseconds) out of every answer about times
   * from now on; answers about earlier times stay as they were. ACCESS_DENIED without the right.
   */
  quarantine(agent: string, since: Micros, reason: string): Promise<Emitted<'quarantine'>>
  /** Lets all of it in again, from now on. ACCESS_DENIED without the right; nobody lifts its own quarantine. */
  release(agent: string, reason: string): Promise<Emitted<'quarantine'>>
  /**
   * Asks for the erasure of one subject in all runs, for all times; it is done when the receipt (`erasure` with step
   * COMPLETED and this event as `cause`) is in the log. The key is gone then: there is no way back. ACCESS_DENIED
   * without the right, FIELD_INVALID for a list of subjects.
   */
  requestErasure(subject: string, reason?: string): Promise<Emitted<'erasure'>>
}

export interface TrustBus extends AgentBus {
  /** What reads wait for: what this agent wrote itself. */
  fresh(options?: ReadOptions): Required<ReadOptions>
}

/** What a warden may do: quarantine members and erase subjects. */
export function createTrust(own: TrustBus): Trust {
  const { emitter, agent: self, swarm, run, coordination } = own

  const checkWarden = async (what: string): Promise<void> => {
    const { value: member } = await readView(
      coordination,
      (view) => view.member({ swarm, run }, self),
      own.fresh(),
    )
    if (member?.status !== 'LEFT' && member?.capabilities.includes(WARDEN) === true) return
    throw new WaggleError('ACCESS_DENIED', `${self} is no ${WARDEN}: it may not ${what}`)
  }

  return {
    quarantine: async (agent, since, reason) => {
      if (agent !== self) await checkWarden('quarantine others')
      return emitter.emit({ kind: 'quarantine', quarantined: agent, since, reason })
    },
    release: async (agent, reason) => {
      await checkWarden('end a quarantine')
      if (agent === self) throw new WaggleError('ACCESS_DENIED', `${self} judges in its own cause`)
      return emitter.emit({
        kind: 'quarantine',
        quarantined: agent,
        since: 0,
        lifted: true,
        reason,
      })
    },
    requestErasure: async (subject, reason = '') => {
      if (subject !== self) await checkWarden('erase others')
      if (subject.includes(',') || subject.trim() !== subject) {
        throw new WaggleError('FIELD_INVALID', 'erased must be the name of one subject', {
          field: 'erased',
        })
      }
      return emitter.emit({
        kind: 'erasure',
        erased: subject,
        step: 'REQUESTED',
        reason,
        run: null,
      })
    },
  }
}
