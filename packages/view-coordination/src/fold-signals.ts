import type { KnownEvent } from '@waggle/consume'
import type { Escalation } from '@waggle/event'
import { resultEnvelope, type ResultFields } from './result-fields.ts'
import {
  escalateDue,
  silentTargets,
  takeAcknowledgment,
  takeSignal,
  type SignalsState,
  type SignalState,
} from './signal-state.ts'

/** One event -> the escalations it shows to be due, and what it says of a signal. */
export function foldSignals(state: SignalsState, known: KnownEvent): ResultFields<Escalation>[] {
  const { event, knownFrom } = known
  const offset = Number(known.position.offset)
  const escalated = escalateDue(state, knownFrom)
  if (event.kind === 'signal') escalated.push(...takeSignal(state, event, offset, knownFrom))
  if (event.kind === 'acknowledgment') takeAcknowledgment(state, event, offset, knownFrom)
  return escalated.map((signal) => escalation(signal, known))
}

function escalation(state: SignalState, shownBy: KnownEvent): ResultFields<Escalation> {
  const { signal, offset } = state
  return {
    kind: 'escalation',
    ...resultEnvelope(signal, shownBy.event.id, shownBy.knownFrom),
    signal: signal.id,
    signal_agent: signal.agent,
    severity: signal.severity,
    targets: signal.escalate_to,
    silent: silentTargets(state),
    signal_offset: offset,
  }
}
