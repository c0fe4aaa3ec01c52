import type { AgentContextJson, KnownEventJson } from '@waggle/api'
import { createKinds, type AgentKind } from '@waggle/agent'
import { positionText, topicOf, type AgentState, type Turn } from '@waggle/event'
import { partitionOf, type EventLog } from '@waggle/log'
import { estimateTokens, type Kept, type Memory, type RecalledMemory } from '@waggle/memory'
import type { Vault } from '@waggle/vault'
import type { SignalReport } from '@waggle/view-coordination'
import type { Entry } from '@waggle/view-hot'
import type { CostBook } from './cost-basis.ts'
import { agentJson } from './json/agent-json.ts'
import { holdingJson } from './json/holding-json.ts'
import { knownOfEntry, openedJson } from './json/known-event-json.ts'
import { memoryJson } from './json/memory-json.ts'
import type { GatewayBus } from './gateway-bus.ts'
import type { Read, ReadScope } from './read-scope.ts'

const DECISIONS = 20
/** As the SDK recalls for an agent without a kind. */
const RECALLED = 8
const OBSERVED = 4
const TURNS = 20
const kinds = createKinds()

export interface SightOptions {
  readonly agent: string
  /** Decisions, memories and turns at most, each. */
  readonly limit?: number | undefined
  readonly costs?: CostBook | undefined
}

/**
 * What an agent has before it when it thinks: its state, its decisions, signals that concern it, what it holds, and
 * what it recalls of situations like the one it observed last, by the calls that the SDK makes for it, and the
 * conversation it had last. As of a time it is the same of the views as they stood.
 */
export async function agentSight(
  { log, vault }: Pick<GatewayBus, 'log' | 'vault'>,
  scope: ReadScope,
  { agent, limit, costs }: SightOptions,
): Promise<Read<AgentContextJson>> {
  const coordination = await scope.view('coordination', (view) => {
    const member = view.member(scope, agent)
    const { domains = [] } = kindOf(member?.role) ?? {}
    return { member, signals: view.activeSignals(scope, { agent, domains }) }
  })
  const { member, signals } = coordination.data
  const hot = await scope.view('hot', (view) => ({
    state: newest(view.agentState(scope, agent), view.agentState(scope, agent, 'CHECKPOINT')),
    decisions: view.recentDecisions(scope, limit ?? DECISIONS, agent),
    holdings: view.holdings(scope).filter((holding) => holding.agent === agent),
  }))
  const most = limit ?? kindOf(member?.role)?.memory.recalled ?? RECALLED
  const memory = await scope.view('memory', async (view) => {
    const observed = await view.episodes(scope, {
      kinds: ['observation'],
      source: agent,
      agent,
      limit: OBSERVED,
    })
    const decided =
      observed.length > 0
        ? observed
        : await view.episodes(scope, { kinds: ['decision'], source: agent, agent, limit: 1 })
    return {
      recalled: await recalledFor(decided, most, (text) =>
        view.recall(scope, { text, limit: most, agent }),
      ),
      turns: view.latestTurns(scope, agent, { limit: limit ?? TURNS }),
    }
  })
  const data = {
    agent: member === undefined ? null : agentJson(member),
    state: await stateJson(vault, hot.data.state),
    decisions: await openedJson(vault, hot.data.decisions.map(knownOfEntry)),
    signals: await signalsJson(log, vault, signals),
    holdings: hot.data.holdings.map((holding) => holdingJson(holding, costs)),
    memories: memory.data.recalled.map((one) => memoryJson(one)),
    turns: memory.data.turns.map(turnJson),
  }
  return { ...memory, data: { ...data, window: windowOf(data) } }
}

function kindOf(role: string | undefined): AgentKind | undefined {
  return role !== undefined && kinds.names().includes(role) ? kinds.kindOf(role) : undefined
}

/** The situation is what was observed last, along one line of action, or else decided; without one nothing is recalled. */
async function recalledFor(
  situation: readonly Memory[],
  limit: number,
  recall: (text: string) => Promise<RecalledMemory[]>,
): Promise<readonly RecalledMemory[]> {
  const [last] = situation
  const now = situation.filter(({ event }) => event.trajectory === last!.event.trajectory)
  const texts = now.flatMap(({ event }) => {
    if (event.kind === 'observation') return [`${event.domain} ${event.content}`]
    return event.kind === 'decision' ? [`${event.action} ${event.reasoning}`] : []
  })
  return texts.length === 0 || limit === 0 ? [] : recall(texts.toReversed().join('\n'))
}

function turnJson({
  event,
  source,
  knownFrom,
  position,
}: Kept<Turn>): AgentContextJson['turns'][number] {
  const { id, conversation, role, content: text, pinned, tokens } = event
  return {
    id,
    conversation,
    role,
    text,
    source,
    pinned,
    // Who wrote it may not have counted.
    tokens: tokens || estimateTokens(text),
    known_from: knownFrom,
    position: positionText(position),
  }
}

function newest<E extends AgentState>(
  a: Entry<E> | undefined,
  b: Entry<E> | undefined,
): Entry<E> | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.knownFrom >= b.knownFrom ? a : b
}

async function stateJson(
  vault: Vault | undefined,
  entry: Entry<AgentState> | undefined,
): Promise<AgentContextJson['state']> {
  const [shown] = entry === undefined ? [] : await openedJson(vault, [knownOfEntry(entry)])
  if (entry === undefined || shown === undefined) return null
  const text = String(shown.event['state'])
  return { version: entry.event.version, state: parsed(text), at: entry.knownFrom }
}

/** Agents in other languages may keep what is no JSON: it is shown as it stands. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

async function signalsJson(
  { topics }: Pick<EventLog, 'topics'>,
  vault: Vault | undefined,
  signals: readonly SignalReport[],
): Promise<KnownEventJson[]> {
  const topic = topicOf('signal')
  const known = signals.map(({ signal, offset, sentAt }) => ({
    event: signal,
    position: {
      topic,
      partition: partitionOf(`${signal.swarm}/${signal.agent}`, topics[topic] ?? 1),
      offset,
    },
    knownFrom: sentAt,
    late: sentAt > signal.known_at,
  }))
  return openedJson(vault, known)
}

/** Estimated tokens of each block as JSON, or of the words of what is remembered. */
function windowOf({
  state,
  decisions,
  signals,
  holdings,
  memories,
  turns,
}: Omit<AgentContextJson, 'window'>): AgentContextJson['window'] {
  const block = (name: string, texts: readonly string[]) => ({
    block: name,
    tokens: texts.reduce((sum, text) => sum + estimateTokens(text), 0),
    items: texts.length,
  })
  const json = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item))
  return [
    block('state', json(state === null ? [] : [state.state])),
    block('decisions', json(decisions.map(({ event }) => event))),
    block('signals', json(signals.map(({ event }) => event))),
    block('holdings', json(holdings)),
    block(
      'memories',
      memories.map(({ text }) => text),
    ),
    {
      block: 'turns',
      tokens: turns.reduce((sum, { tokens }) => sum + tokens, 0),
      items: turns.length,
    },
  ]
}
