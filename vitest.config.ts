import { defineConfig } from 'vitest/config'

/** Where every server is wanted, as in CI and by `npm run test:all`, the slow tier runs too. */
const everything = process.env['WAGGLE_REQUIRE_INFRA'] === '1' || process.env['WAGGLE_SLOW'] === '1'
const slow = { extends: true as const, test: { name: 'slow', include: ['test/**/*.slow.test.ts'] } }

/**
 * Tiers by suffix: unit beside the source, int with engines, processes or disks, tidy over the tree, slow for
 * faults, foreign clients and whole clusters: half a minute and more, or much to fetch.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.unit.test.ts', 'services/*/src/**/*.unit.test.ts'],
        },
      },
      { extends: true, test: { name: 'int', include: ['test/**/*.int.test.ts'] } },
      ...(everything ? [slow] : []),
      { extends: true, test: { name: 'tidy', include: ['test/tidy/*.test.ts'] } },
    ],
  },
})
