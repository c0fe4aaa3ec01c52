import { derivedId } from '@waggle/event'
import type { CoordinationScope, CoordinationView } from '@waggle/view-coordination'
import { MODES, PERMITS, RESOURCES } from './scenario.ts'
import type { SimAgent } from './sim-agent.ts'
import { between, chance, pick, SECOND } from './world.ts'

/** A write under a lock, with the grant its agent believed in. */
export interface Write {
  readonly scope: CoordinationScope
  readonly resource: string
  readonly grant: bigint
  /** Id of the event. */
  readonly event: string
}

/** What the views of the living coordinators say, asked in any order. */
export type AskViews = () => readonly CoordinationView[]

export interface LockLifeOptions {
  readonly views: AskViews
  readonly writes: Write[]
  /** Whether writes say the token. */
  readonly fenced: boolean
}

/** Acquires, writes under the lock with pauses between, renews now and then, releases or walks away. */
export async function lockLife(agent: SimAgent, options: LockLifeOptions): Promise<void> {
  const { random } = agent
  for (let round = 0; round < 3; round++) {
    await agent.rest(0, 4 * SECOND)
    const resource = pick(random, RESOURCES)
    const mode = pick(random, MODES[resource]!)
    const permits = PERMITS[resource] ?? 1
    const lease_ms = between(random, 1000, 8000)
    const wait_ms = pick(random, [null, null, 0, 3000])
    const own = { kind: 'lock_command', resource, request: `q${round}` } as const
    const command = { ...own, mode, permits, lease_ms, wait_ms }
    await agent.say({ ...command, op: 'ACQUIRE' })
    const grant = await waitForGrant(agent, options.views, resource, own.request)
    if (grant === undefined) {
      if (chance(random, 0.5)) await agent.say({ ...command, op: 'RELEASE' })
      continue
    }
    const token = Number(grant)
    for (let left = between(random, 1, 3); left > 0; left--) {
      if (mode === 'EXCLUSIVE' && permits === 1) await writeUnder(agent, options, resource, grant)
      await agent.rest(0, 2 * SECOND)
      if (chance(random, 0.2)) await agent.say({ ...command, op: 'RENEW', token })
    }
    const shown = chance(random, 0.1) ? token + 1 : token
    if (chance(random, 0.8)) await agent.say({ ...command, op: 'RELEASE', token: shown })
  }
}

async function waitForGrant(
  agent: SimAgent,
  views: AskViews,
  resource: string,
  request: string,
): Promise<bigint | undefined> {
  for (let tries = 0; tries < 12; tries++) {
    await agent.rest(SECOND / 10, SECOND)
    for (const view of views()) {
      const answer = view.lockRequest(agent.scope, resource, { agent: agent.name, request })
      if (answer?.status === 'GRANTED' && answer.token !== null) return answer.token
      if (answer?.status === 'REFUSED' || answer?.status === 'TIMED_OUT') return undefined
    }
  }
  return undefined
}

async function writeUnder(
  agent: SimAgent,
  { writes, fenced }: LockLifeOptions,
  resource: string,
  grant: bigint,
): Promise<void> {
  const { event } = await agent.say({
    kind: 'fill',
    decision: derivedId(`${agent.name}/${grant}`),
    instrument: resource,
    quantity: 1_000_000_000n,
    price: 100_000_000_000n,
    fee: 0n,
    lock_resource: resource,
    fencing_token: fenced ? Number(grant) : null,
  })
  writes.push({ scope: agent.scope, resource, grant, event: event.id })
}
