import type { RecallDump, RecallIndex } from '@waggle/recall'

/** What memory wants of a recall index. */
export interface MemoryIndex extends Pick<RecallIndex, 'add' | 'drop' | 'load' | 'search'> {
  settle(most: number): number
  /** Undefined while something was put off. */
  dump(): RecallDump | undefined
  /** Does what was put off; what fails is tried again next time. */
  catchUp?(): Promise<void>
}

/**
 * An index that is made when it is first asked, by the very steps it was given until then: so it gives the same answers,
 * and who reads the past without a question to it does not wait for its words and vectors.
 */
export function createLateIndex(open: () => MemoryIndex): MemoryIndex {
  const putOff: ((index: MemoryIndex) => void | Promise<void>)[] = []
  let opened: MemoryIndex | undefined
  let working: Promise<void> | undefined
  const work = async (index: MemoryIndex): Promise<void> => {
    for (let step = putOff[0]; step !== undefined; step = putOff[0]) {
      await step(index)
      putOff.shift()
    }
  }
  const caughtUp = async (): Promise<MemoryIndex> => {
    const index = (opened ??= open())
    await (working ??= work(index).finally(() => (working = undefined)))
    return index
  }
  return {
    add: async (documents) => void putOff.push((index) => index.add(documents)),
    drop: (keys) => void putOff.push((index) => index.drop(keys)),
    load: (dump) => {
      putOff.push(async (index) => {
        if (!index.load(dump)) await index.add(dump.documents)
      })
      return true
    },
    search: async (query) => (await caughtUp()).search(query),
    settle: (most) => opened?.settle(most) ?? 0,
    dump: () => (putOff.length > 0 ? undefined : (opened ??= open()).dump()),
    catchUp: async () => void (await caughtUp()),
  }
}
