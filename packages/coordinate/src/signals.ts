import { isDeepStrictEqual } from 'node:util'
import type { Draft, Emitted } from '@waggle/emit'
import type { AckStatus, Signal } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { readView, type Answer, type ReadOptions } from '@waggle/query'
import type { ActiveSignalFilter, SignalReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'

/** Milliseconds after which a CRITICAL signal escalates where its sender says nothing about it. */
export const CRITICAL_ESCALATES_MS = 300_000

/** A signal to send; the rest of the fields as in its schema. Null for `escalate_after_ms` is never. */
export type SignalDraft = Omit<Draft<'signal'>, 'kind'> &
  Required<Pick<Draft<'signal'>, 'domain' | 'severity' | 'confidence'>>

export interface SignalChange {
  /** ENDED: expired, or no longer what the filter asks for. */
  readonly change: 'ACTIVE' | 'CHANGED' | 'ENDED'
  readonly report: SignalReport
}

/** Signals of one agent: its own, and what it does about those of others. */
export interface Signals {
  /**
   * Sends a signal. A CRITICAL one that says nothing of escalation escalates after five minutes: written
   * into the event, so that the log does not depend on who reads it, and what older logs say stays as it was.
   */
  send(draft: SignalDraft): Promise<Emitted<'signal'>>
  acknowledge(
    signal: Pick<Signal, 'id' | 'agent'>,
    status: AckStatus,
    note?: string,
  ): Promise<Emitted<'acknowledgment'>>
  /** Active signals: most severe first, then newest. */
  active(filter?: ActiveSignalFilter, options?: ReadOptions): Promise<Answer<SignalReport[]>>
  /** Active signals addressed to this agent: by name, or to everyone in one of these domains. */
  inbox(
    domains: readonly string[],
    filter?: Omit<ActiveSignalFilter, 'agent' | 'domains'>,
    options?: ReadOptions,
  ): Promise<Answer<SignalReport[]>>
  /**
   * What is active now, then every change until the signal aborts. A slow consumer misses steps in between,
   * never where they led; expiry shows at the next record of signals, a tick if need be.
   */
  watch(filter: ActiveSignalFilter, signal: AbortSignal): AsyncGenerator<SignalChange>
}

const SIGNAL_TOPIC = 'waggle.signals.v1'
const BATCH_RECORDS = 1024

/** Signals of an agent to its swarm. */
export function createSignals(bus: AgentBus): Signals {
  const { coordination, emitter, swarm, run, agent } = bus
  const active: Signals['active'] = (filter = {}, options = {}) =>
    readView(coordination, (view) => view.activeSignals({ swarm, run }, filter), options)
  return {
    send: (draft) =>
      emitter.emit({
        kind: 'signal',
        ...(draft.severity === 'CRITICAL' ? { escalate_after_ms: CRITICAL_ESCALATES_MS } : {}),
        ...draft,
      }),
    acknowledge: (signal, status, note = '') =>
      emitter.emit({
        kind: 'acknowledgment',
        signal: signal.id,
        signal_agent: signal.agent,
        status,
        note,
      }),
    active,
    inbox: (domains, filter, options) => active({ ...filter, agent, domains }, options),
    watch: (filter, signal) => watch(bus, filter, signal),
  }
}

async function* watch(
  { log, coordination, swarm, run }: AgentBus,
  filter: ActiveSignalFilter,
  signal: AbortSignal,
): AsyncGenerator<SignalChange> {
  let shown = new Map<string, SignalReport>()
  const changes = (): SignalChange[] => {
    const now = new Map(
      coordination.view
        .activeSignals({ swarm, run }, filter)
        .map((report) => [`${report.signal.agent} ${report.signal.id}`, report]),
    )
    const found = changesBetween(shown, now)
    shown = now
    return found
  }
  // The positions are taken before the first look, so that nothing slips between.
  const from = await log.ends(partitionsOf(log, [SIGNAL_TOPIC]))
  await coordination.runner.caughtUp(WAIT_MS)
  yield* changes()
  for await (const batch of log.tail(from, { signal, maxRecords: BATCH_RECORDS })) {
    const { offset } = batch.records.at(-1)!
    await coordination.runner.progress.waitFor([{ ...batch, offset }], WAIT_MS)
    yield* changes()
  }
}

/** The view follows the log in milliseconds; a stalled one is an error, not a silence. */
const WAIT_MS = 60_000

function changesBetween(
  before: ReadonlyMap<string, SignalReport>,
  now: ReadonlyMap<string, SignalReport>,
): SignalChange[] {
  const ended = [...before].filter(([name]) => !now.has(name))
  const moved = [...now].filter(([name, report]) => !isDeepStrictEqual(before.get(name), report))
  return [
    ...ended.map(([, report]) => ({ change: 'ENDED' as const, report })),
    ...moved.map(([name, report]) => {
      return { change: before.has(name) ? ('CHANGED' as const) : ('ACTIVE' as const), report }
    }),
  ]
}
