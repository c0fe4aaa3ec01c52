export { buildSchemaRegistry } from './build.ts'
