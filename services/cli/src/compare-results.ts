export { compareResults } from '@waggle/view-coordination'
export type { Comparison, ComparisonStatus, ResultEvent } from '@waggle/view-coordination'
