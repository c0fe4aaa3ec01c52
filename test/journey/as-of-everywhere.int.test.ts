import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { createBankProjection } from '@waggle/reasoning-bank'
import type { AsOf } from '@waggle/replay'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import {
  answerOf,
  answersAt,
  askBank,
  askCoordination,
  askHot,
  eventTimeCut,
  textOf,
  trajectoryOf,
  VIEW_NAMES,
  type Fold,
  type PastAnswers,
} from '../support/past-answers.ts'
import { AGENTS, anyStep, pastWorld, type PastWorld, type Step } from '../support/past-world.ts'

const SECOND = 1_000_000

const rounds = fc.array(
  fc.record({
    steps: fc.array(anyStep, { minLength: 4, maxLength: 20 }),
    /** How long ago the times are that are asked about, in seconds. */
    ago: fc.array(fc.nat(60), { minLength: 1, maxLength: 2 }),
  }),
  { minLength: 2, maxLength: 3 },
)

/** Lives through the rounds; after each, every answer given before has to come again. */
async function askAgainAndAgain(
  plan: readonly { readonly steps: readonly Step[]; readonly ago: readonly number[] }[],
  fold?: Fold,
): Promise<void> {
  const world = await pastWorld()
  const given = new Map<number, PastAnswers>()
  for (const { steps, ago } of plan) {
    await world.act(steps)
    await world.seal()
    for (const [at, answers] of given) {
      expect(await answersAt(world.bus, at, fold)).toEqual(answers)
    }
    for (const seconds of ago) {
      const at = world.bus.clock.now() - 1 - seconds * SECOND
      const answers = await answersAt(world.bus, at, fold)
      expect(answers.sealed).toBe(true)
      given.set(at, answers)
    }
  }
}

describe('a sealed answer about the past', () => {
  it('is the same to the byte whatever is appended, from every view', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, (plan) => askAgainAndAgain(plan)),
      { numRuns: 40 },
    )
  })

  it('would not be with a cut by event time: the property can fail', async () => {
    const wrong = await fc.check(
      fc.asyncProperty(rounds, (plan) => askAgainAndAgain(plan, eventTimeCut)),
      { numRuns: 40 },
    )
    expect(wrong.failed).toBe(true)
    expect(String(wrong.errorInstance)).toContain('AssertionError')
  })

  it('is what the live views said then', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const world = await pastWorld()
        const live = liveViews(world)
        const said = new Map<number, Record<string, string>>()
        for (const { steps } of plan) {
          await world.act(steps)
          said.set(world.bus.clock.now(), await live.answers())
          await world.seal()
        }
        for (const [at, { hot, coordination }] of said) {
          const { texts } = await answersAt(world.bus, at, undefined)
          expect(texts['hot']).toContain(hot)
          expect(texts['coordination']).toContain(coordination)
          expect(texts['bank']).toContain(await live.bankOf(at))
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('an answer as of positions', () => {
  it('rests on what stands before them, and is final at once', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const world = await pastWorld()
        const given = []
        for (const { steps } of plan) {
          await world.act(steps)
          const ends = await world.bus.log.ends(
            partitionsOf(world.bus.log, Object.keys(world.bus.log.topics)),
          )
          const answers = await answersAt(world.bus, ends)
          expect(answers.sealed).toBe(true)
          given.push({ ends, answers })
        }
        for (const { ends, answers } of given)
          expect(await answersAt(world.bus, ends)).toEqual(answers)
      }),
      { numRuns: 25 },
    )
  })

  it('is the answer as of the time that named them, sealed or not', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const { bus, act, seal } = await pastWorld()
        for (const { steps, ago } of plan) {
          await act(steps)
          const at = bus.clock.now() - ago[0]! * SECOND
          const asks = [
            ...VIEW_NAMES.map((name) => (asOf: AsOf) => answerOf(name, bus, asOf)),
            (asOf: AsOf) => trajectoryOf(bus, AGENTS[0], asOf),
          ]
          for (const ask of asks) {
            const { text, positions } = await ask(at)
            expect(await ask(positions)).toEqual({ text, positions, sealed: true })
          }
          if (ago.length > 1) await seal()
        }
      }),
      { numRuns: 15 },
    )
  })

  it('is refused where the log has not come that far', async () => {
    const { bus } = await pastWorld()
    const beyond = [{ topic: 'waggle.bars.v1', partition: 0, offset: 5n }]
    await expect(answersAt(bus, beyond)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

/** The views as services keep them, fed by runners. */
function liveViews({ bus }: PastWorld) {
  const silent = { publish: async () => {}, lookAgain: () => {} }
  const [hot, coordination, bank] = [
    createHotProjection(),
    createCoordinationProjection(silent),
    createBankProjection(),
  ]
  const catchUp = async (): Promise<void> => {
    for (const projection of [hot, coordination, bank]) {
      const runner = createRunner({ ...bus, projection, logger: silentLogger })
      await runner.start()
      await runner.caughtUp(10_000)
      await runner.stop()
    }
  }
  return {
    answers: async () => {
      await catchUp()
      return {
        hot: textOf(askHot(hot.view)),
        coordination: textOf(askCoordination(coordination.view)),
      }
    },
    bankOf: async (at: number) => {
      await catchUp()
      return textOf(askBank(bank.view, at))
    },
  }
}
