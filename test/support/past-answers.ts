import type { Micros } from '@waggle/base'
import { createMemoryProjection, type MemoryProjection, type MemoryView } from '@waggle/memory'
import { createPastReader } from '@waggle/query'
import { createBankProjection, type BankView } from '@waggle/reasoning-bank'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import {
  projectAsOf,
  type AsOf,
  type AsOfOptions,
  type PastProjection,
  type PastView,
} from '@waggle/replay'
import { createCoordinationProjection, type CoordinationView } from '@waggle/view-coordination'
import { createHotProjection, type HotView } from '@waggle/view-hot'
import type { MemoryBus } from './memory-bus.ts'
import { AGENTS, SCOPE } from './past-world.ts'

/** How a view of the past is made: the product's way, or a wrong one. */
export type Fold = <View>(
  make: () => PastProjection<View>,
  options: AsOfOptions,
) => Promise<PastView<View>>

const SILENT = { publish: async () => {}, lookAgain: () => {} }
const embedder = createLexicalEmbedder()

export interface Answered {
  readonly text: string
  readonly sealed: boolean
}

/** Every view in process, folded anew and asked what a user would ask of it. */
const VIEWS = {
  hot: (fold: Fold, options: AsOfOptions) => ask(fold, createHotProjection, askHot, options),
  coordination: (fold: Fold, options: AsOfOptions) =>
    ask(fold, () => createCoordinationProjection(SILENT), askCoordination, options),
  memory: (fold: Fold, options: AsOfOptions) => ask(fold, makeMemory, askMemory, options),
  bank: (fold: Fold, options: AsOfOptions) =>
    ask(
      fold,
      () => createBankProjection(),
      (view) => askBank(view),
      options,
    ),
} as const
export type ViewName = keyof typeof VIEWS

function makeMemory(): MemoryProjection {
  return createMemoryProjection({
    openIndex: () => createRecallIndex({ embedder }),
    ageless: true,
  })
}

async function ask<View>(
  fold: Fold,
  make: () => PastProjection<View>,
  read: (view: View) => unknown,
  options: AsOfOptions,
): Promise<Answered> {
  const { view, sealed, positions } = await fold(make, options)
  const answer = await read(view)
  return { text: textOf(sealed ? [answer, positions] : answer), sealed }
}

export interface PastAnswers {
  readonly sealed: boolean
  /** By view, as text. */
  readonly texts: Readonly<Record<string, string>>
}

/** What everything said of a time, byte by byte. */
export async function answersAt(
  bus: MemoryBus,
  asOf: AsOf,
  fold: Fold = projectAsOf,
): Promise<PastAnswers> {
  const texts: Record<string, string> = {}
  let sealed = true
  for (const [name, answer] of Object.entries(VIEWS)) {
    const { text, sealed: final } = await answer(fold, { ...bus, run: SCOPE.run, asOf })
    texts[name] = text
    sealed &&= final
  }
  const reader = createPastReader({ ...bus, ...SCOPE, past: {} }, asOf)
  for (const agent of AGENTS) {
    const answer = await reader.trajectory({ agent })
    texts[`trajectory of ${agent}`] = textOf(answer.value)
    sealed &&= answer.sealed
  }
  return { sealed, texts }
}

export function askHot(view: HotView): unknown {
  return [
    view.agents(SCOPE),
    view.activeSignals(SCOPE),
    view.recentDecisions(SCOPE, 20),
    view.holdings(SCOPE).sort((a, b) => (a.agent < b.agent ? -1 : 1)),
    AGENTS.map((agent) => view.agentState(SCOPE, agent)),
    view.lastBars(SCOPE, 'SPX', 9),
    view.clock(SCOPE),
  ].map((part) => (Array.isArray(part) ? part.map(textOf).sort() : part))
}

export function askCoordination(view: CoordinationView): unknown {
  const names = ['0', '1', '2']
  return [
    names.map((name) => view.proposal(SCOPE, `p${name}`)),
    names.map((name) => view.lock(SCOPE, name)),
    view.entries(SCOPE, 'desk'),
    view.openConflicts(SCOPE),
    view.members(SCOPE, { status: ['ALIVE', 'LOST', 'LEFT'] }),
    view.activeSignals(SCOPE),
    AGENTS.map((agent) => names.map((name) => view.subscription(SCOPE, agent, name))),
  ]
}

async function askMemory(view: MemoryView): Promise<unknown> {
  const spaces = AGENTS.map((agent) => [
    view.facts(SCOPE, agent, 'ACME'),
    view.procedureHistory(SCOPE, agent, 'enter'),
    view.procedure(SCOPE, agent, 'enter'),
  ])
  const episodes = await view.episodes(SCOPE)
  const question = { agent: 'ann', text: 'shares of ACME', limit: 5 }
  return [spaces, episodes, await view.recall(SCOPE, question)]
}

export function askBank(view: BankView, asOf?: Micros): unknown {
  return [
    view.patterns(SCOPE, asOf === undefined ? {} : { asOf }),
    view.calibration(SCOPE, undefined, asOf),
  ]
}

export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return [...inner]
    return typeof inner === 'bigint' ? `${inner}n` : inner
  })
}
