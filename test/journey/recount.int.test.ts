import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import { emptyPartition, foldCoordination } from '@waggle/view-coordination'
import { proposalHistory } from '../support/proposal-fuzz.ts'
import { resolvePython } from '../support/python.ts'

const HISTORIES = 1000
const SCRIPT = fileURLToPath(new URL('./recount.py', import.meta.url))
const python = await resolvePython()

/** What another implementation needs to know of a record. */
function exported({ event, position, knownFrom }: KnownEvent): object {
  return { event, offset: Number(position.offset), known_from: knownFrom }
}

describe('a recount in Python, written from the rules alone', () => {
  it.skipIf(python === undefined)('finds the results we find, on fuzzed logs', async () => {
    const histories = fc.sample(proposalHistory, { numRuns: HISTORIES, seed: 5 })
    const folder = mkdtempSync(join(tmpdir(), 'waggle-recount-'))
    const file = join(folder, 'log.jsonl')
    writeFileSync(
      file,
      histories.map((history) => `${JSON.stringify(history.map(exported))}\n`).join(''),
    )
    const lines = await python!.run(SCRIPT, [file])
    rmSync(folder, { recursive: true })
    expect(lines).toHaveLength(HISTORIES)
    const reasons = new Map<string, number>()
    for (const [index, history] of histories.entries()) {
      const state = emptyPartition()
      const ours = history.flatMap((event) => foldCoordination(state, event))
      const theirs = JSON.parse(lines[index]!) as object[]
      expect(ours).toHaveLength(theirs.length)
      expect(ours).toMatchObject(theirs)
      for (const result of ours) {
        if (result.kind !== 'proposal_result') continue
        const told = [result.status, ...result.uncounted.map(({ reason }) => reason)]
        for (const word of told) reasons.set(word, (reasons.get(word) ?? 0) + 1)
      }
    }
    // The fuzzer reaches every way to end and every reason a result can tell.
    expect([...reasons.keys()].toSorted()).toEqual([
      'ALREADY_VOTED',
      'APPROVED',
      'EXPIRED',
      'FORGED',
      'NAME_TAKEN',
      'NOT_IN_ELECTORATE',
      'NO_PROPOSAL',
      'NO_VALUE',
      'NO_VETO',
      'REJECTED',
      'SUPERSEDED',
      'UNKNOWN_OPTION',
    ])
  })
})
