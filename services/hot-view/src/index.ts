export { redisOptions } from './build.ts'
export { createHotViewService } from './service.ts'
export type { HotViewService, HotViewServiceOptions } from './service.ts'
