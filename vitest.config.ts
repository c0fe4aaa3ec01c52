import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Where every server is wanted, as in CI and by `npm run test:all`, the slow tier runs too. */
const everything = process.env['WAGGLE_REQUIRE_INFRA'] === '1' || process.env['WAGGLE_SLOW'] === '1'
/** Half of them: tests have servers, brokers and browsers beside them. Whole clusters of the slow tier start too late beside two others. */
const workers = Math.max(everything ? 2 : 3, Math.ceil(availableParallelism() / 2))
const slow = { extends: true as const, test: { name: 'slow', include: ['test/**/*.slow.test.ts'] } }

/** OpenTelemetry has one SDK a process, so each of these files has a process of its own. */
const TRACING = 'test/tracing/*.int.test.ts'

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
 * faults, foreign clients and whole clusters: half a minute and more, or much to fetch. What a worker loaded for one file
 * of units or int serves the next: nothing of ours keeps state in a module but caches.
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
          isolate: false,
          include: ['packages/*/src/**/*.unit.test.ts', 'services/*/src/**/*.unit.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          isolate: false,
          include: ['test/**/*.int.test.ts'],
          exclude: [...configDefaults.exclude, TRACING],
        },
      },
      { extends: true, test: { name: 'tracing', include: [TRACING] } },
      ...(everything ? [slow] : []),
      { extends: true, test: { name: 'tidy', include: ['test/tidy/*.test.ts'] } },
    ],
  },
})
