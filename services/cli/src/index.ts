export { builtDashboard } from './built-dashboard.ts'
export { compareResults } from './compare-results.ts'
export type { Comparison, ComparisonStatus, ResultEvent } from './compare-results.ts'
export { runWaggle } from './run-waggle.ts'
