import type { Micros } from '@waggle/base'
import { emptyAdmission, readAdmitted } from '@waggle/consume'
import type { Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
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
import { AGENTS, PAST_WORLD, type Asked } from './past-world.ts'

/** How a view of the past is made: the product's way, or a wrong one. */
export type Fold = <View>(
  make: () => PastProjection<View>,
  options: AsOfOptions,
) => Promise<PastView<View>>

export const SILENT = { publish: async () => {}, lookAgain: () => {} }
const embedder = createLexicalEmbedder()

export interface Answered {
  readonly text: string
  readonly sealed: boolean
  readonly positions: readonly Position[]
}

/** Every view in process, folded anew and asked what a user would ask of it. */
const VIEWS = {
  hot: (fold: Fold, options: AsOfOptions, asked: Asked) =>
    ask(fold, createHotProjection, (view) => askHot(view, asked), options),
  coordination: (fold: Fold, options: AsOfOptions, asked: Asked) =>
    ask(
      fold,
      () => createCoordinationProjection(SILENT, (run) => run === options.run),
      (view) => askCoordination(view, asked),
      options,
    ),
  memory: (fold: Fold, options: AsOfOptions, asked: Asked) =>
    ask(fold, makeMemory, (view) => askMemory(view, asked), options),
  bank: (fold: Fold, options: AsOfOptions, asked: Asked) =>
    ask(
      fold,
      () => createBankProjection(),
      (view) => askBank(view, undefined, asked),
      options,
    ),
} as const
export type ViewName = keyof typeof VIEWS
export const VIEW_NAMES = Object.keys(VIEWS) as ViewName[]

/** Memory as views of the past have it. */
export function makeMemory(): MemoryProjection {
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
  return { text: textOf(await read(view)), sealed, positions }
}

export type PastBus = Pick<MemoryBus, 'log' | 'codec'>

/** What a view said as of a time or positions. */
export function answerOf(
  name: ViewName,
  bus: PastBus,
  asOf: AsOf,
  { fold = projectAsOf, asked = PAST_WORLD }: { fold?: Fold; asked?: Asked } = {},
): Promise<Answered> {
  const { log, codec } = bus
  return VIEWS[name](fold, { log, codec, run: asked.scope.run, asOf }, asked)
}

/** Everything that an agent said, and what each decision of it rested on. */
export async function trajectoryOf(
  { log, codec }: PastBus,
  agent: string,
  asOf: AsOf,
  asked = PAST_WORLD,
): Promise<Answered> {
  const reader = createPastReader({ log, codec, ...asked.scope, past: {} }, asOf)
  const { value, sealed, positions } = await reader.trajectory({ agent })
  return { text: textOf(value), sealed, positions }
}

export interface PastAnswers {
  readonly sealed: boolean
  /** By view, as text; sealed ones with their positions. */
  readonly texts: Readonly<Record<string, string>>
}

/** What everything said of a time, byte by byte. */
export async function answersAt(bus: PastBus, asOf: AsOf, fold?: Fold): Promise<PastAnswers> {
  const texts: Record<string, string> = {}
  let all = true
  const add = (name: string, { text, sealed, positions }: Answered): void => {
    texts[name] = sealed && name in VIEWS ? `${text} ${textOf(positions)}` : text
    all &&= sealed
  }
  for (const name of VIEW_NAMES)
    add(name, await answerOf(name, bus, asOf, fold === undefined ? {} : { fold }))
  for (const agent of AGENTS) add(`trajectory of ${agent}`, await trajectoryOf(bus, agent, asOf))
  return { sealed: all, texts }
}

/** A cut by the time an event claims: what every read of the past must not be. */
export const eventTimeCut: Fold = async (make, { run, asOf, ...source }) => {
  const projection = make()
  for (const end of await source.log.ends(partitionsOf(source.log, projection.topics))) {
    let nextOffset = 0n
    for await (const batch of readAdmitted(source, end)) {
      const events = batch.filter(
        ({ envelope }) => envelope.run === run && envelope.occurredAt <= Number(asOf),
      )
      nextOffset += BigInt(batch.length)
      const admission = emptyAdmission()
      await projection.apply({ ...end, firstOffset: 0n, nextOffset, events, admission })
    }
  }
  projection.endAt?.(Number(asOf))
  return { view: projection.view, sealed: true, positions: [] }
}

export function askHot(view: HotView, { scope, agents }: Asked = PAST_WORLD): unknown {
  return [
    view.agents(scope),
    view.activeSignals(scope),
    view.recentDecisions(scope, 20),
    view.holdings(scope).sort((a, b) => (a.agent < b.agent ? -1 : 1)),
    agents.map((agent) => view.agentState(scope, agent)),
    view.lastBars(scope, 'SPX', 9),
    view.clock(scope),
  ].map((part) => (Array.isArray(part) ? part.map(textOf).sort() : part))
}

export function askCoordination(view: CoordinationView, asked: Asked = PAST_WORLD): unknown {
  const { scope, agents, proposals, locks, namespace } = asked
  return [
    proposals.map((name) => view.proposal(scope, name)),
    locks.map((name) => view.lock(scope, name)),
    view.entries(scope, namespace),
    view.openConflicts(scope),
    view.members(scope, { status: ['ALIVE', 'LOST', 'LEFT'] }),
    view.activeSignals(scope),
    agents.map((agent) => ['0', '1', '2'].map((name) => view.subscription(scope, agent, name))),
  ]
}

export async function askMemory(
  view: MemoryView,
  { scope, agents }: Asked = PAST_WORLD,
): Promise<unknown> {
  const spaces = agents.map((agent) => [
    view.facts(scope, agent, 'ACME'),
    view.procedureHistory(scope, agent, 'enter'),
    view.procedure(scope, agent, 'enter'),
  ])
  const episodes = await view.episodes(scope)
  const question = { agent: 'ann', text: 'shares of ACME', limit: 5 }
  return [spaces, episodes, await view.recall(scope, question)]
}

export function askBank(view: BankView, asOf?: Micros, { scope }: Asked = PAST_WORLD): unknown {
  return [
    view.patterns(scope, asOf === undefined ? {} : { asOf }),
    view.calibration(scope, undefined, asOf),
  ]
}

export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return [...inner]
    return typeof inner === 'bigint' ? `${inner}n` : inner
  })
}
