export { createCoordinatorService } from './service.ts'
export type { CoordinatorService, CoordinatorServiceOptions } from './service.ts'
export { createWeigherService } from './weigher.ts'
export type { WeigherService } from './weigher.ts'
