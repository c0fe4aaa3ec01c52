import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '@waggle/consume'
import type { Agent, Verdict } from '@waggle/event'
import { digestState } from './digest-state.ts'
import { emptyWeighing, foldWeights, idlePartitions, plainWeighing } from './fold-weights.ts'

const PARTITIONS = 3

interface Step {
  readonly partition: number
  readonly later: number
  readonly judged: string
  readonly score: number
  readonly tick: boolean
}

const step = fc.record({
  partition: fc.nat(PARTITIONS - 1),
  later: fc.constantFrom(0, 1, 3),
  judged: fc.constantFrom('a', 'b'),
  score: fc.constantFrom(0, 0.04, 0.5, 1),
  tick: fc.boolean(),
})

/** Each partition has its own clock, and in the end a tick that seals everything. */
function partitionsOf(steps: readonly Step[]): KnownEvent[][] {
  const all: KnownEvent[][] = Array.from({ length: PARTITIONS }, () => [])
  const push = (partition: number, knownFrom: number, fields: object): void => {
    const offset = all[partition]!.length
    const envelope = { id: `${partition}@${offset}`, swarm: 's', run: null, agent: 'judge' }
    all[partition]!.push({
      event: { ...envelope, trajectory: null, ...fields } as Verdict,
      knownFrom,
      late: false,
      position: { topic: 'waggle.verdicts.v1', partition, offset: BigInt(offset) },
    })
  }
  for (const { partition, later, judged, score, tick } of steps) {
    const knownFrom = (all[partition]!.at(-1)?.knownFrom ?? 0) + later
    const label = score < 0.5 ? 'CORRECT' : 'INCORRECT'
    const verdict = { kind: 'verdict', judged, score, label, rule: 'brier/v1' }
    push(partition, knownFrom, tick ? { kind: 'tick' } : verdict)
  }
  const end = Math.max(...all.flat().map(({ knownFrom }) => knownFrom), 0) + 1
  for (let partition = 0; partition < PARTITIONS; partition++)
    push(partition, end, { kind: 'tick' })
  return all
}

/** Partitions read in the order of `picks`, in batches of these sizes. */
function play(
  partitions: readonly KnownEvent[][],
  picks: Iterator<readonly [number, number]>,
): { said: Agent[]; digest: string } {
  const state = emptyWeighing()
  const rest = partitions.map((events) => [...events])
  const said: Agent[] = []
  while (rest.some((events) => events.length > 0)) {
    const [pick, size] = picks.next().value as readonly [number, number]
    const open = rest.filter((events) => events.length > 0)
    said.push(...foldWeights(state, PARTITIONS, open[pick % open.length]!.splice(0, size)))
  }
  return { said, digest: digestState(plainWeighing(state)) }
}

function* oneByOne(): Generator<readonly [number, number]> {
  for (;;) yield [0, 1]
}

describe('what holds up a verdict', () => {
  it('is every partition not known to be later, until ticks came', () => {
    const verdict: Step = { partition: 1, later: 5, judged: 'a', score: 1, tick: false }
    const [first, second, third] = partitionsOf([verdict, { ...verdict, partition: 0, later: 9 }])
    const state = emptyWeighing()
    foldWeights(state, PARTITIONS, second!.slice(0, 1))
    foldWeights(state, PARTITIONS, first!.slice(0, 1))
    expect(idlePartitions(state, PARTITIONS, 5)).toEqual([])
    expect(idlePartitions(state, PARTITIONS, 6)).toEqual([1, 2])
    foldWeights(state, PARTITIONS, third!)
    foldWeights(state, PARTITIONS, second!.slice(1))
    expect(idlePartitions(state, PARTITIONS, 100)).toEqual([0])
    foldWeights(state, PARTITIONS, first!.slice(1))
    expect(idlePartitions(state, PARTITIONS, 100)).toEqual([])
  })
})

describe('weights that are said', () => {
  it('are the same however partitions and batches come', () => {
    let most = 0
    const picks = fc.infiniteStream(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 5 })))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), picks, (steps, order) => {
        const partitions = partitionsOf(steps)
        const plain = play(partitions, oneByOne())
        most = Math.max(most, plain.said.length)
        expect(play(partitions, order[Symbol.iterator]())).toEqual(plain)
        expect(plain.said.map(({ seq }) => seq)).toEqual(plain.said.map((_, index) => index + 1))
      }),
      { numRuns: 500 },
    )
    expect(most).toBeGreaterThan(3)
  })

  it('never rest on a verdict known later, nor on one that something could still come before', () => {
    const bad = (partition: number): Step => ({
      partition,
      later: 5,
      judged: 'a',
      score: 1,
      tick: false,
    })
    const [first, second, third] = partitionsOf([bad(0), bad(1)])
    const state = emptyWeighing()
    expect(foldWeights(state, PARTITIONS, first!)).toEqual([])
    expect(foldWeights(state, PARTITIONS, second!)).toEqual([])
    const [said] = foldWeights(state, PARTITIONS, third!)
    expect(said).toMatchObject({ cause: '0@0', known_at: 6, subject_agent: 'a', evidence: 1 })
  })
})
