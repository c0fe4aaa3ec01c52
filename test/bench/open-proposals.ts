/** A child of `consensus.ts`: what 100,000 open proposals take, with nothing else in the process. Needs --expose-gc. */
import { pathToFileURL } from 'node:url'
import type { KnownEvent } from '@waggle/consume'
import type { WaggleEvent } from '@waggle/event'
import { emptyPartition, foldCoordination, type PartitionState } from '@waggle/view-coordination'
import { memoryBus, SWARM, START } from '../support/memory-bus.ts'
import { NO_CONTEXT } from '../support/no-context.ts'

export interface OpenProposalsMemory {
  readonly proposals: number
  readonly votesEach: number
  readonly open: number
  readonly heapBytes: number
  readonly rssBytes: number
  /** How long the one record takes that shows all deadlines to be over. */
  readonly endMs: number
}

const PROPOSALS = 100_000
const VOTES_EACH = 2
const PARTITIONS = 4
const AGENTS = ['a', 'b', 'c', 'd', 'e']

async function measure(): Promise<OpenProposalsMemory> {
  const { codec } = await memoryBus()
  const partitions = Array.from({ length: PARTITIONS }, () => emptyPartition())
  const before = settledMemory()
  let seq = 0
  const take = async (state: PartitionState, fields: object, at = START): Promise<number> => {
    seq++
    const own = {
      id: `00000000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
      swarm: SWARM,
      seq,
    }
    const clocks = { occurred_at: at, known_at: at }
    const draft = { ...own, ...clocks, ...NO_CONTEXT, ...fields } as unknown as WaggleEvent
    // Through bytes, as from a log: the strings of the state are then its own.
    const event = await codec.decode(codec.encode(draft))
    const position = { topic: 'waggle.proposals.v1', partition: 0, offset: BigInt(seq) }
    const known: KnownEvent = { event, knownFrom: at, late: false, position }
    return foldCoordination(state, known).length
  }
  for (let n = 0; n < PROPOSALS; n++) {
    const state = partitions[n % PARTITIONS]!
    const proposal = `proposal-${n}`
    await take(state, {
      kind: 'proposal',
      agent: AGENTS[n % AGENTS.length],
      session: `session-${AGENTS[n % AGENTS.length]}`,
      proposal,
      question: `Is it right to take position ${n} in instrument ${n % 500}?`,
      options: ['approve', 'reject'],
      electorate: AGENTS.map((agent) => ({ agent, weight: 1 })),
      quorum: 0.67,
      threshold: 0.5,
      deadline_at: START + 1000 + n,
      rule: 'OPTIONS',
      vetoers: [],
      revote: 'LAST',
    })
    for (const agent of AGENTS.slice(0, VOTES_EACH)) {
      const vote = { kind: 'vote', agent, session: `session-${agent}`, proposal, choice: 'approve' }
      await take(state, { ...vote, confidence: 0.5, reasoning: 'It is.', value: null })
    }
  }
  const after = settledMemory()
  const open = partitions.reduce((sum, { runs }) => sum + runs.get('')!.proposals.open.size, 0)
  const start = performance.now()
  const tick = { kind: 'tick', agent: 'clock', session: 'clock' }
  for (const state of partitions) await take(state, tick, START + 1000 + PROPOSALS)
  return {
    proposals: PROPOSALS,
    votesEach: VOTES_EACH,
    open,
    heapBytes: after.heapUsed - before.heapUsed,
    rssBytes: after.rss - before.rss,
    endMs: performance.now() - start,
  }
}

function settledMemory(): NodeJS.MemoryUsage {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage()
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href)
  console.log(JSON.stringify(await measure()))
