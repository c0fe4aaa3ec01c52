import { asyncApiOf } from '@waggle/event'
import { errorsPage } from '../docs/errors-page.ts'
import { interfacePage, type OpenApi } from '../docs/interface-page.ts'
import { describeRest, openApiOf } from '../docs/openapi.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { PAGE_POLICY } from './content-policy.ts'

/** What the interface is, for programs and for people; without a token, as it says nothing of what the bus holds. */
export function mountDocs(app: GatewayApp, { version, topics }: GatewayParts): void {
  describeRest(app)
  let openApi: object | undefined
  let asyncApi: object | undefined
  const interfaceOf = (): object => (openApi ??= openApiOf(app, version))
  app.get('/openapi.json', (c) => c.json(interfaceOf(), 200, CACHED))
  app.get('/asyncapi.json', (c) => c.json((asyncApi ??= asyncApiOf(version, topics)), 200, CACHED))
  app.get('/docs', (c) => c.html(interfacePage(interfaceOf() as OpenApi), 200, PAGE))
  app.get('/docs/errors', (c) => c.html(errorsPage(), 200, PAGE))
}

const CACHED = { 'cache-control': 'no-cache' }
const PAGE = { ...CACHED, 'content-security-policy': PAGE_POLICY }
