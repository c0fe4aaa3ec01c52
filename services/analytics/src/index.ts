export { clickHouseOptions } from './build.ts'
export { createAnalyticsService } from './service.ts'
export type { AnalyticsService, AnalyticsServiceOptions } from './service.ts'
