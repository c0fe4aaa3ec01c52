import type { z } from 'zod'
import type { Verb } from './operations.ts'

/** One operation of the gateway: how it is asked, what it answers, and the right it takes. */
export interface Route {
  readonly method: 'get' | 'post' | 'delete'
  /** With parameters in braces, such as `/v1/swarms/{swarm}/agents/{agent}`. */
  readonly path: string
  /** Null where a valid token is enough. */
  readonly verb: Verb | null
  readonly tag: string
  readonly summary: string
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly answer: z.ZodType
  /** The same as a stream of lines (application/x-ndjson): what one line asks, and what one answers. */
  readonly lines?: { readonly body: z.ZodType; readonly answer: z.ZodType }
}

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never

/** Values of the parameters in a path. */
export type Params<Path extends string> = { readonly [Name in ParamNames<Path>]: string }

/** Everything a caller gives to a route. */
export type Asked<R extends Route> = Params<R['path']> &
  (R['query'] extends z.ZodType ? z.input<R['query']> : unknown) &
  (R['body'] extends z.ZodType ? { readonly body: z.input<R['body']> } : unknown)

export type Answered<R extends Route> = z.output<R['answer']>

/** Fills a path; values are escaped, so that a name with a slash stays one segment. */
export function fillPath(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
}

/** Names in braces in a path, in their order. */
export function paramNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
}
