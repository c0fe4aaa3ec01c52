import { COORDINATION_ROUTES } from './routes-coordination.ts'
import { KNOWLEDGE_ROUTES } from './routes-knowledge.ts'
import { MEMORY_ROUTES } from './routes-memory.ts'
import { OPERATION_ROUTES } from './routes-operations.ts'
import { SWARM_ROUTES } from './routes-swarm.ts'
import { TRAJECTORY_ROUTES } from './routes-trajectories.ts'
import { TRUST_ROUTES } from './routes-trust.ts'

/**
 * Every JSON operation of the gateway by name. What is no plain question and answer stands beside it: the live tail
 * (`LIVE_PATH`, server-sent events), emitting NDJSON, /openapi.json, /asyncapi.json, /registry, /clickhouse, /mcp.
 */
export const ROUTES = {
  ...SWARM_ROUTES,
  ...TRAJECTORY_ROUTES,
  ...COORDINATION_ROUTES,
  ...MEMORY_ROUTES,
  ...KNOWLEDGE_ROUTES,
  ...OPERATION_ROUTES,
  ...TRUST_ROUTES,
} as const

export type RouteName = keyof typeof ROUTES

/**
 * Live tail. Query: run, agent, kind (each a list with commas), where (none: everything), from (a token; the end of
 * the log if left out), `stats=1` for a `stats` message every second. Messages: `events` (an array of KnownEvent, id:
 * token of everything sent so far), `stats` (LiveStats), `problem` (Problem, then the stream ends). Last-Event-ID
 * resumes behind that token, without gap or repeat.
 */
export const LIVE_PATH = '/v1/swarms/{swarm}/live'
