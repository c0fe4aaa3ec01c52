export { buildArchiver } from './build.ts'
export { createArchiverService } from './service.ts'
export type { ArchiverOptions, ArchiverService } from './service.ts'
