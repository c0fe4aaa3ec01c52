import type { Clock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { AnyDraft, Emitted, Emitter } from '@waggle/emit'
import { openRecordings, recordedModel, type AskModel } from '@waggle/fork'
import type { EventLog } from '@waggle/log'
import type { Vault } from '@waggle/vault'

/** What an embedded bus and a cluster's have in common. */
export interface ForkableBus {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly vault: Vault | undefined
  emitter(options: { swarm: string; agent: string; session: string }): Emitter
  caughtUp(timeoutMs: number): Promise<void>
}

export interface PlayedSwarm {
  /** Everything known by then is before the fork point. */
  readonly at: number
  /** Of the second half. */
  readonly bar: Emitted
  readonly decision: Emitted
  readonly proposal: Emitted
  readonly vote: Emitted
  readonly memory: Emitted
  /** How often the model was asked. */
  readonly asked: () => number
}

export const HIVE = 'hive'
export const WAIT_MS = 60_000
const UNIT = 1_000_000_000n
export const VOTERS = ['ben', 'cid', 'dan'] as const
export const decisionTo = (action: string) =>
  ({ kind: 'decision', action, context: '', confidence: 0.5, reasoning: 'r' }) as const

/** What the model advises on a close. */
export function adviceOn(close: bigint): string {
  return close > 10n * UNIT ? 'SELL' : 'BUY'
}

export const askModel: AskModel = async (request) => ({
  response: adviceOn(BigInt((request as { close: string }).close)),
})

/**
 * A live swarm that does what touches every view: two days of a bar, a model asked, a decision under a lock, a vote, a
 * fill, shared memory, memories (one about a subject), signals, outcomes and verdicts.
 */
export async function playSwarm(bus: ForkableBus): Promise<PlayedSwarm> {
  const agents = new Map<string, Emitter>()
  for (const agent of ['feed', 'ann', ...VOTERS]) {
    const emitter = bus.emitter({ swarm: HIVE, agent, session: `${agent}-1` })
    agents.set(agent, emitter)
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  }
  const say = async (agent: string, draft: AnyDraft): Promise<Emitted> =>
    (await agents.get(agent)!.emitAll([draft]))[0]!
  let asked = 0
  const model = recordedModel(
    async (request) => {
      asked++
      return askModel(request)
    },
    {
      mode: 'record',
      agent: 'ann',
      emitter: agents.get('ann')!,
      clock: bus.clock,
      recordings: await openRecordings({ ...sourceOf(bus), swarm: HIVE, runs: [] }),
    },
  )
  let version = 0

  const day = async (nth: number): Promise<Omit<PlayedSwarm, 'at' | 'asked'>> => {
    const close = BigInt(nth) * UNIT
    const prices = { open: close, high: close, low: close, close, volume: 0n }
    const trajectory = `day-${nth}`
    const bar = await say('feed', {
      kind: 'bar',
      instrument: 'X',
      interval: 'P1D',
      ...prices,
      trajectory,
    })
    const cause = bar.event.id
    const action = (await model({ close: String(close) }, { cause, trajectory })) as string
    const decided = await say('ann', { ...decisionTo(action), cause, trajectory })
    const proposal = `p-${nth}`
    const proposed = await say('dan', {
      kind: 'proposal',
      proposal,
      question: 'Trade?',
      electorate: VOTERS.map((agent) => ({ agent, weight: 1 })),
      deadline_at: 4_000_000_000_000_000,
      cause: decided.event.id,
      trajectory,
    })
    const votes: Emitted[] = []
    for (const agent of VOTERS) {
      const choice = agent === 'cid' ? 'reject' : 'approve'
      const ballot = { kind: 'vote', proposal, choice, confidence: 1 } as const
      votes.push(await say(agent, { ...ballot, trajectory }))
    }
    const lock = { kind: 'lock_command', resource: 'book', request: trajectory } as const
    const held = await say('dan', { ...lock, op: 'ACQUIRE', trajectory })
    const token = Number(held.position.offset)
    await say('dan', {
      kind: 'fill',
      decision: decided.event.id,
      instrument: 'X',
      quantity: UNIT,
      price: close,
      fee: 0n,
      lock_resource: 'book',
      fencing_token: token,
      cause: decided.event.id,
      trajectory,
    })
    await say('dan', { ...lock, op: 'RELEASE', token, trajectory })
    const entry = { kind: 'memory_write', namespace: 'shared', key: 'plan' } as const
    const written = await say('ben', {
      ...entry,
      value: `"plan ${nth}"`,
      expected_version: version,
      trajectory,
    })
    version = Number(written.position.offset) + 1
    const note = { kind: 'experience', namespace: 'ben', type: 'note', trajectory } as const
    const memory = await say('ben', { ...note, content: `learned on day ${nth}` })
    await say('ben', { ...note, type: 'call', content: `eve called on day ${nth}`, subject: 'eve' })
    const signal = await say('cid', {
      kind: 'signal',
      domain: 'market',
      severity: 'LOW',
      confidence: 1,
      trajectory,
    })
    await say('dan', {
      kind: 'acknowledgment',
      signal: signal.event.id,
      signal_agent: 'cid',
      status: 'DONE',
      trajectory,
    })
    const about = { cause: decided.event.id, trajectory }
    const outcome = await say('feed', {
      kind: 'outcome',
      decision: decided.event.id,
      value: 1,
      success: true,
      details: '',
      ...about,
    })
    await say('feed', {
      kind: 'verdict',
      decision: decided.event.id,
      outcome: outcome.event.id,
      judged: 'ann',
      label: 'CORRECT',
      score: 1,
      rule: 'test',
      ...about,
    })
    return { bar, decision: decided, proposal: proposed, vote: votes[0]!, memory }
  }

  await day(1)
  await bus.caughtUp(WAIT_MS)
  const at = bus.clock.now()
  const second = await day(2)
  await bus.caughtUp(WAIT_MS)
  return { ...second, at, asked: () => asked }
}

export function sourceOf({ log, codec, vault }: Pick<ForkableBus, 'log' | 'codec' | 'vault'>) {
  return { log, codec, ...(vault === undefined ? {} : { vault }) }
}
