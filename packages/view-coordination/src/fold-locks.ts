import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { LockCommand, LockResult, WaggleEvent } from '@waggle/event'
import {
  applyLockCommand,
  freeLock,
  isFree,
  passTime,
  requestKey,
  type LockAnswer,
  type LockState,
} from './lock-state.ts'
import { nameIn, resultEnvelope, type ResultFields } from './result-fields.ts'

/** All locks of a run in one partition. */
export interface LockTable {
  /** By `nameIn(swarm, resource)`; a lock that is free again is forgotten. */
  readonly inUse: Map<string, LockState>
  /** Last answer to each request, by `answerKey`, oldest first. */
  readonly answers: Map<string, LockAnswer>
  /** Nothing ends before. */
  dueAt: Micros
}

/** Bounds per run and partition. Leases end within a day, and so does what they bound. */
export const LOCKS_MAX = 100_000
export const ANSWERS_MAX = 20_000

export function emptyLockTable(): LockTable {
  return { inUse: new Map(), answers: new Map(), dueAt: Infinity }
}

/** One event -> what it does to locks; leases and waits that are over end first. */
export function foldLocks(table: LockTable, { event, knownFrom, position }: KnownEvent): Result[] {
  const offset = Number(position.offset)
  const own = event.kind === 'lock_command' ? nameIn(event.swarm, event.resource) : undefined
  const passed = knownFrom > table.dueAt ? endDueLocks(table, own, event, offset, knownFrom) : []
  if (event.kind !== 'lock_command') return passed
  return [...passed, ...takeCommand(table, event, offset, knownFrom)]
}

export function answerKey(
  swarm: string,
  resource: string,
  by: { readonly agent: string; readonly request: string },
): string {
  return `${nameIn(swarm, resource)}\u0000${requestKey(by)}`
}

type Result = ResultFields<LockResult>

/** The lock a command is for is left to the command, which ends what is over before it takes effect. */
function endDueLocks(
  table: LockTable,
  own: string | undefined,
  event: WaggleEvent,
  offset: number,
  now: Micros,
): Result[] {
  const results: Result[] = []
  table.dueAt = Infinity
  for (const [key, state] of table.inUse) {
    if (key !== own && state.dueAt < now) {
      const answers = passTime(state, offset, now)
      results.push(...answers.map((answer) => remember(table, state, answer, event, now)))
    }
    keep(table, key, state)
  }
  return results
}

function takeCommand(
  table: LockTable,
  command: LockCommand,
  offset: number,
  now: Micros,
): Result[] {
  const key = nameIn(command.swarm, command.resource)
  const state = table.inUse.get(key) ?? freeLock(command.swarm, command.resource)
  const full = !table.inUse.has(key) && table.inUse.size >= LOCKS_MAX
  const answers = full ? [tooMany(command)] : applyLockCommand(state, command, offset, now)
  if (!full) keep(table, key, state)
  return answers.map((answer) => remember(table, state, answer, command, now))
}

function keep(table: LockTable, key: string, state: LockState): void {
  if (isFree(state)) table.inUse.delete(key)
  else {
    table.inUse.set(key, state)
    table.dueAt = Math.min(table.dueAt, state.dueAt)
  }
}

function tooMany({ agent, request, mode }: LockCommand): LockAnswer {
  const reason = `${LOCKS_MAX} locks are in use`
  return { status: 'REFUSED', agent, request, mode, token: null, leaseUntil: null, reason }
}

function remember(
  table: LockTable,
  { swarm, resource }: LockState,
  answer: LockAnswer,
  by: WaggleEvent,
  now: Micros,
): Result {
  const { answers } = table
  // A refused renewal or release says nothing about how the request itself ended.
  const isOfRequest =
    answer.status !== 'REFUSED' || (by.kind === 'lock_command' && by.op === 'ACQUIRE')
  if (isOfRequest) {
    const key = answerKey(swarm, resource, answer)
    answers.delete(key)
    answers.set(key, answer)
    if (answers.size > ANSWERS_MAX) answers.delete(answers.keys().next().value!)
  }
  return lockResult({ ...by, swarm }, resource, answer, now)
}

function lockResult(
  of: WaggleEvent,
  resource: string,
  answer: LockAnswer,
  knownFrom: Micros,
): Result {
  return {
    kind: 'lock_result',
    ...resultEnvelope(of, of.id, knownFrom),
    resource,
    status: answer.status,
    request: answer.request,
    holder: answer.agent,
    token: answer.token,
    lease_until: answer.leaseUntil,
    reason: answer.reason,
    mode: answer.mode,
  }
}
