export { createEraserService } from './eraser.ts'
export type { EraserService, EraserServiceOptions } from './eraser.ts'
export type { Forgetter } from './project-erasures.ts'
