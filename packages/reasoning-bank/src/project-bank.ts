import type { Micros } from '@waggle/base'
import {
  knownEventOf,
  type Checkpoint,
  type Dump,
  type KeptProjection,
  type KnownEvent,
} from '@waggle/consume'
import { partitionName, type Pattern, type TopicPartition } from '@waggle/event'
import type { Embedder } from '@waggle/recall'
import type { PastProjection } from '@waggle/replay'
import type { ResultPublisher } from '@waggle/view-coordination'
import { DEFAULT_BANK, ruleOf, type BankConfig } from './bank-config.ts'
import { bankRows } from './bank-rows.ts'
import { createBankView, type BankView } from './bank-view.ts'
import { digestBank } from './digest-bank.ts'
import { loadBank, plainBank } from './keep-bank.ts'
import {
  BANK_TOPICS,
  emptyBank,
  endBank,
  foldBank,
  idlePartitions,
  type BankState,
} from './fold-bank.ts'
import { createTextMatch } from './match-text.ts'

export interface BankProjection extends PastProjection<BankView>, KeptProjection {
  /** Partitions of the live run whose silence holds up what was known before `by`. */
  due(by: Micros): TopicPartition[]
}

export interface BankOptions {
  readonly config?: Partial<BankConfig>
  /** Compares states in words; questions in words are not narrowed down without one. */
  readonly embedder?: Embedder
  /** Says what becomes of patterns; a bank without one only reads. */
  readonly publisher?: ResultPublisher
}

/** The ReasoningBank in process. It needs all partitions of its topics. */
export function createBankProjection(options: BankOptions = {}): BankProjection {
  const { publisher, embedder } = options
  const config: BankConfig = { ...DEFAULT_BANK, ...options.config }
  const state = emptyBank()
  const checkpoints = new Map<string, Checkpoint>()
  let pending: readonly Pattern[] = []
  let erasures: readonly KnownEvent[] = []

  const publishPending = async (): Promise<void> => {
    if (pending.length > 0) await publisher?.publish(pending)
    pending = []
  }

  return {
    name: 'reasoning-bank',
    version: 1,
    topics: BANK_TOPICS,
    view: createBankView(state, config, embedder && createTextMatch(embedder)),
    due: (by) => idlePartitions(state, by),
    checkpoints: async () => {
      await publishPending()
      return [...checkpoints.values()]
    },
    apply: async ({ topic, partition, nextOffset, events, admission, visible }) => {
      await publishPending()
      const name = partitionName({ topic, partition })
      const applied = checkpoints.get(name)?.nextOffset ?? 0n
      if (nextOffset <= applied) return
      const fresh = events.filter(({ record }) => record.offset >= applied)
      pending = foldBank(state, fresh.map(knownEventOf), config)
      checkpoints.set(name, { topic, partition, nextOffset, admission })
      visible?.()
      await publishPending()
    },
    mindErasures: (all) => {
      erasures = all
    },
    endAt: (at) => endBank(state, { at, erasures }, config),
    reset: async () => {
      state.runs.clear()
      checkpoints.clear()
      pending = []
    },
    digest: async () => digestBank(state),
    rows: () => bankRows(state),
    stateKey: ruleOf(config),
    dump: () =>
      pending.length > 0
        ? undefined
        : { state: plainBank(state), checkpoints: [...checkpoints.values()] },
    load: (dump: Dump) => {
      loadBank(state, dump.state as BankState)
      for (const at of dump.checkpoints) checkpoints.set(partitionName(at), at)
    },
  }
}
