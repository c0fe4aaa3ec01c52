/** Whether this run has the slow tier, as in CI and by `npm run test:all`: then tests that repeat do so more often. */
export const SLOW_TIER =
  process.env['WAGGLE_SLOW'] === '1' || process.env['WAGGLE_REQUIRE_INFRA'] === '1'
