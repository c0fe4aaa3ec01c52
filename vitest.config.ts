import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Where every server is wanted, as in CI and by `npm run test:all`, the slow tier runs too. */
const everything = process.env['WAGGLE_REQUIRE_INFRA'] === '1' || process.env['WAGGLE_SLOW'] === '1'
/** Half of them: tests have servers, brokers and browsers beside them. */
const workers = Math.max(2, Math.ceil(availableParallelism() / 2))
const slow = { extends: true as const, test: { name: 'slow', include: ['test/**/*.slow.test.ts'] } }

/** Minutes first, so that no long file is left to the end, where it would run alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      ['.slow.', '.int.', ''].findIndex((tier) => moduleId.includes(tier))
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

/**
 * Tiers by suffix: unit beside the source, int with engines, processes or disks, tidy over the tree, slow for
 * faults, foreign clients and whole clusters: half a minute and more, or much to fetch.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // They are functions of what they are given: a module loaded once serves all files of a worker.
          isolate: false,
          include: ['packages/*/src/**/*.unit.test.ts', 'services/*/src/**/*.unit.test.ts'],
        },
      },
      { extends: true, test: { name: 'int', include: ['test/**/*.int.test.ts'] } },
      ...(everything ? [slow] : []),
      { extends: true, test: { name: 'tidy', include: ['test/tidy/*.test.ts'] } },
    ],
  },
})
