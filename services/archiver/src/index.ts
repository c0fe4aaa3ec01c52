export { buildArchiver, openArchiver } from './build.ts'
export type { ArchiverContext } from './build.ts'
export { createArchiverService } from './service.ts'
export type { ArchiverOptions, ArchiverService } from './service.ts'
