import * as api from '@waggle/api'
import type { Plugin } from 'vite'

const VIRTUAL = '\0waggle-light-api'
const FOLDER = new URL('../../../packages/api/src/', import.meta.url).pathname

/**
 * Pages take of `@waggle/api` what is no schema. This plugin puts a table made from the schemas in their place, so
 * that a browser need not load the schema library, and the schemas stay the one source.
 */
export function lightApi(): Plugin {
  return {
    name: 'waggle-light-api',
    enforce: 'pre',
    resolveId: (source) => (source === '@waggle/api' ? VIRTUAL : null),
    load: (id) => (id === VIRTUAL ? lightSource() : null),
  }
}

/** Functions without schemas from their own files; constants, and of each route its method and path, as literals. */
function lightSource(): string {
  const { HEADERS, LIVE_PATH, VERBS, ROUTES } = api
  const routes = Object.fromEntries(
    Object.entries(ROUTES).map(([name, { method, path }]) => [name, { method, path }]),
  )
  const constants = { HEADERS, LIVE_PATH, VERBS, ROUTES: routes }
  return [
    `export { fillPath, paramNames } from '${FOLDER}route.ts'`,
    `export { joinTokens, parsePositions, tokenOf } from '${FOLDER}positions.ts'`,
    ...Object.entries(constants).map(
      ([name, value]) => `export const ${name} = ${JSON.stringify(value)}`,
    ),
  ].join('\n')
}
