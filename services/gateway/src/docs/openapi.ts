import { LIVE_PATH, liveMessage, problem } from '@waggle/api'
import { z } from 'zod'
import type { GatewayApp } from '../gateway-parts.ts'

const DESCRIPTION =
  'Event-sourced memory and message bus for swarms of agents. Every read says how fresh it is; `as_of` and `at` ask ' +
  'about the past, `after` waits for what was written. Every answer that is not 2xx is a Problem.'

/** OpenAPI 3.1 of everything bound so far, and of the live tail. */
export function openApiOf(app: GatewayApp, version: string): object {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Waggle gateway',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
  })
}

/** What is no operation of `ROUTES`; once for an app. */
export function describeRest(app: GatewayApp): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the gateway; GET /v1/me says what it may do.',
  })
  const text = z.string().optional()
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: LIVE_PATH,
    tags: ['events'],
    summary: 'Events as they become known, over server-sent events',
    description:
      'Needs the verb `read`. Messages: `events` (an array of KnownEvent; its id is the token of all sent so far), ' +
      '`stats` (LiveStats), `problem` (Problem, then the stream ends). Last-Event-ID resumes without gap or repeat.',
    security: [{ bearer: [] }],
    request: {
      params: z.object({ swarm: z.string() }),
      query: z.object({ run: text, agent: text, kind: text, from: text, stats: text }),
      headers: z.object({ 'last-event-id': text }),
    },
    responses: {
      200: {
        description: 'The stream; the schema is that of each message, whose data is sent as JSON',
        content: { 'text/event-stream': { schema: liveMessage } },
      },
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  })
}
