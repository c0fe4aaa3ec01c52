import { defineConfig } from 'vitest/config'

/** Tiers by suffix: unit beside the source, int with engines, processes or disks, tidy over the tree. */
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
      { extends: true, test: { name: 'tidy', include: ['test/tidy/*.test.ts'] } },
    ],
  },
})
