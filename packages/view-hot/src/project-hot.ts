import { partitionName } from '@waggle/event'
import { knownEventOf, type Checkpoint, type Dump, type KeptProjection } from '@waggle/consume'
import { digestHot, hotRows } from './digest-hot.ts'
import { foldHot, HOT_TOPICS, HOT_VERSION } from './fold-hot.ts'
import type { HotState } from './hot-state.ts'
import { createHotView, type HotView } from './hot-view.ts'
import { skipSuperseded } from './skip-superseded.ts'

export interface HotProjection extends KeptProjection {
  readonly view: HotView
}

/** The hot view in process: state and positions live and die together, and are rebuilt from the log. */
export function createHotProjection(): HotProjection {
  const state: HotState = new Map()
  const checkpoints = new Map<string, Checkpoint>()
  return {
    name: 'hot-view',
    version: HOT_VERSION,
    topics: HOT_TOPICS,
    view: createHotView(state),
    checkpoints: async () => [...checkpoints.values()],
    apply: async ({ topic, partition, nextOffset, events, admission }) => {
      const name = partitionName({ topic, partition })
      const applied = checkpoints.get(name)?.nextOffset ?? 0n
      if (nextOffset <= applied) return
      // Decoded before anything is folded: a batch takes effect whole or not at all.
      const news = events.filter(({ record }) => record.offset >= applied)
      const known = skipSuperseded(news).map(knownEventOf)
      for (const event of known) foldHot(state, event)
      checkpoints.set(name, { topic, partition, nextOffset, admission })
    },
    reset: async () => {
      state.clear()
      checkpoints.clear()
    },
    digest: async () => digestHot(state),
    rows: () => hotRows(state),
    dump: () => ({ state, checkpoints: [...checkpoints.values()] }),
    load: (dump: Dump) => {
      for (const [run, swarms] of dump.state as HotState) state.set(run, swarms)
      for (const at of dump.checkpoints) checkpoints.set(partitionName(at), at)
    },
  }
}
