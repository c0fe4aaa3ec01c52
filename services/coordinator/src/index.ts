export { createCoordinatorService } from './service.ts'
export type { CoordinatorService, CoordinatorServiceOptions } from './service.ts'
