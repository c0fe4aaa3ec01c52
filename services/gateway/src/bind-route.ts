import { HEADERS, problem, type Freshness, type Past, type Route } from '@waggle/api'
import type { Context } from 'hono'
import { z } from 'zod'
import { GatewayFault } from './gateway-fault.ts'
import type { GatewayApp, GatewayEnv } from './gateway-parts.ts'
import { authorize, type Principal } from './principal.ts'
import { readJson } from './read-json.ts'

/** Lines of JSON, each a value of its own. */
export const NDJSON = 'application/x-ndjson'

type QueryOf<R extends Route> = R['query'] extends z.ZodType ? z.output<R['query']> : unknown
type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined

/** A request of a route, checked by its schemas; the token has the route's verb and the swarm of its path. */
export interface RouteRequest<R extends Route> {
  readonly params: Readonly<Record<string, string>>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  readonly principal: Principal
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal
  readonly path: string
}

export type RouteHandler<R extends Route> = (
  request: RouteRequest<R>,
) => Promise<z.input<R['answer']>>

/** Serves one route of `ROUTES`: rights, checks, the answer with its headers, and its part of /openapi.json. */
export function bindRoute<const R extends Route>(
  app: GatewayApp,
  route: R,
  handle: RouteHandler<R>,
): void {
  describe(app, route)
  app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
    const params = c.req.param() as Readonly<Record<string, string>>
    const principal = c.get('principal')
    authorize(principal, { verb: route.verb, swarm: params['swarm'] })
    const query = route.query === undefined ? {} : check(route.query, c.req.query(), 'query')
    const body =
      route.body === undefined ? undefined : check(route.body, await readJson(c.req.raw), 'body')
    const answer = await handle({
      params,
      query: query as QueryOf<R>,
      body: body as BodyOf<R>,
      principal,
      signal: c.req.raw.signal,
      path: new URL(c.req.url).pathname,
    })
    sayFreshness(c, answer as Answered)
    return c.json(answer as object)
  })
}

interface Answered {
  readonly position?: string
  readonly freshness?: Freshness
  readonly past?: Past
}

function sayFreshness(c: Context<GatewayEnv>, { position, freshness, past }: Answered): void {
  const at = position ?? freshness?.position
  // A header has its bounds; the body has it whole.
  if (at !== undefined && at.length <= HEADER_LENGTH_MAX) c.header(HEADERS.position, at)
  if (freshness !== undefined) c.header(HEADERS.ageMs, String(Math.round(freshness.age_ms)))
  if (past !== undefined) c.header(HEADERS.sealed, String(past.sealed))
  c.header('cache-control', 'no-store')
}

const HEADER_LENGTH_MAX = 4096

/** REQUEST_INVALID (422) with everything that is wrong. */
export function check(schema: z.ZodType, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => {
    return { path: [where, ...path].join('.'), message }
  })
  const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new GatewayFault('REQUEST_INVALID', text, { issues })
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

function describe(app: GatewayApp, route: Route): void {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const { lines } = route
  const content = (schema: z.ZodType, line: z.ZodType | undefined) => ({
    'application/json': { schema },
    ...(line === undefined ? {} : { [NDJSON]: { schema: line } }),
  })
  app.openAPIRegistry.registerPath({
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    ...(route.verb === null ? {} : { description: `Needs the verb \`${route.verb}\`.` }),
    security: [{ bearer: [] }],
    request: {
      ...(names.length === 0
        ? {}
        : { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(route.body === undefined ? {} : { body: bodyOf(content(route.body, lines?.body)) }),
    },
    responses: {
      200: {
        description: `The answer${lines === undefined ? '' : PER_LINE}`,
        content: content(route.answer, lines?.answer),
      },
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  })
}

/** OpenAPI 3.1 has no word for the schema of one item of a stream. */
const PER_LINE = `; of ${NDJSON} the schema is that of each line`

function bodyOf(content: Record<string, { schema: z.ZodType }>) {
  const isStream = content[NDJSON] !== undefined
  return { content, required: true, ...(isStream ? { description: `Drafts${PER_LINE}` } : {}) }
}
