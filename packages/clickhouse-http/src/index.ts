export { createClickHouseFacade } from './facade.ts'
export type { ClickHouseFacade, FacadeOptions } from './facade.ts'
export type { FacadeUser, QueryLimits } from './facade-user.ts'
