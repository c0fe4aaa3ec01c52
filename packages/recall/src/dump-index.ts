import { arrive, type IndexState } from './index-state.ts'
import type { RecallDocument, RecallDump } from './recall-index.ts'
import { paddedLength } from './vector-slab.ts'

/** What an index holds, but for the graph. */
export function dumpIndex({ embedder, table, slab }: IndexState): RecallDump {
  const codeBytes = paddedLength(embedder.dimensions)
  const ordinals = [...table.keys.values()]
  const codes = new Int8Array(ordinals.length * codeBytes)
  ordinals.forEach((ordinal, i) => codes.set(slab.at(ordinal), i * codeBytes))
  return {
    embedder: embedder.name,
    codeBytes,
    documents: ordinals.map((ordinal): RecallDocument => table.at(ordinal)),
    removedAt: Float64Array.from(ordinals, table.removedAt),
    codes,
  }
}

/** Takes up a dump; false where its codes are of another embedder. */
export function loadIndex(state: IndexState, dump: RecallDump): boolean {
  const { documents, removedAt, codes, codeBytes } = dump
  const { embedder, known } = state
  if (dump.embedder !== embedder.name || codeBytes !== paddedLength(embedder.dimensions))
    return false
  documents.forEach((document, i) => {
    const isKnown = known.has(document.key, document.text)
    const code = isKnown ? undefined : codes.subarray(i * codeBytes, (i + 1) * codeBytes)
    arrive(state, { document, dropped: false, removedAt: removedAt[i]! }, code)
  })
  return true
}
