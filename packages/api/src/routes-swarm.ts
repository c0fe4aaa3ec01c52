import { z } from 'zod'
import { answer, micros, readQuery, timeInput } from './answer.ts'
import { draft, emitted, emittedLine, knownEvent, logPage } from './events.ts'
import { positionToken } from './position-token.ts'
import type { Route } from './route.ts'
import { agentContext, agentJson, holdingJson, swarmInfo, swarmRun } from './swarm.ts'

const limit = z.coerce.number().int().min(1).max(10_000).optional()

/** The hot view: what the swarm knows now, or knew then. */
export const SWARM_ROUTES = {
  emit: {
    method: 'post',
    path: '/v1/swarms/{swarm}/events',
    verb: 'emit',
    tag: 'events',
    summary:
      'Emit one event, or several as one durable append: all or none. As application/x-ndjson: drafts line by line, each answered by a line {line, emitted} or {line, problem}, in order',
    query: z.object({ run: z.string().max(128).optional() }),
    body: z.union([draft, z.array(draft).min(1).max(10_000)]),
    answer: z.object({ data: z.array(emitted), position: positionToken }),
    lines: { body: draft, answer: emittedLine },
  },
  swarms: {
    method: 'get',
    path: '/v1/swarms',
    verb: 'read',
    tag: 'swarm',
    summary: 'Every swarm and run there is for the token',
    answer: answer(z.array(swarmRun)),
  },
  swarm: {
    method: 'get',
    path: '/v1/swarms/{swarm}',
    verb: 'read',
    tag: 'swarm',
    summary: 'Agents, clock, runs and instruments of a swarm',
    query: readQuery,
    answer: answer(swarmInfo),
  },
  agents: {
    method: 'get',
    path: '/v1/swarms/{swarm}/agents',
    verb: 'read',
    tag: 'swarm',
    summary: 'Members with roles, weights and whether they are heard',
    query: readQuery.extend({ left: z.stringbool().optional() }),
    answer: answer(z.array(agentJson)),
  },
  agentContext: {
    method: 'get',
    path: '/v1/swarms/{swarm}/agents/{agent}/context',
    verb: 'read',
    tag: 'swarm',
    summary: 'Exactly what an agent remembers and sees',
    query: readQuery.extend({ limit }),
    answer: answer(agentContext),
  },
  decisions: {
    method: 'get',
    path: '/v1/swarms/{swarm}/decisions',
    verb: 'read',
    tag: 'swarm',
    summary: 'Newest decisions, newest first',
    query: readQuery.extend({ agent: z.string().max(128).optional(), limit }),
    answer: answer(z.array(knownEvent)),
  },
  holdings: {
    method: 'get',
    path: '/v1/swarms/{swarm}/holdings',
    verb: 'read',
    tag: 'swarm',
    summary: 'Positions by agent and instrument',
    query: readQuery,
    answer: answer(z.array(holdingJson)),
  },
  bars: {
    method: 'get',
    path: '/v1/swarms/{swarm}/bars/{instrument}',
    verb: 'read',
    tag: 'swarm',
    summary:
      'Bars of an instrument from the log, oldest first: known in [from, to); the newest ones without `from`',
    query: readQuery.extend({ from: timeInput.optional(), to: timeInput.optional(), limit }),
    answer: answer(
      z.array(
        z.object({
          time: micros,
          open: z.string(),
          high: z.string(),
          low: z.string(),
          close: z.string(),
          volume: z.string(),
          position: z.string(),
        }),
      ),
    ),
  },
  log: {
    method: 'get',
    path: '/v1/swarms/{swarm}/log',
    verb: 'read',
    tag: 'events',
    summary: 'Records of the log as they stand, readable or not, page by page',
    query: z.object({
      topic: z.string().max(128).optional(),
      partition: z.coerce.number().int().min(0).optional(),
      agent: z.string().max(128).optional(),
      kind: z.string().max(64).optional(),
      /** Every run if left out; `live` for what belongs to none. */
      run: z.string().max(128).optional(),
      trajectory: z.string().max(256).optional(),
      /** Behind this token, from the start of the log if left out; with `newest`: what it includes, all if left out. */
      from: positionToken.optional(),
      /** From the newest backwards. */
      newest: z.stringbool().optional(),
      /** Only what the log took at this time or later. */
      since: timeInput.optional(),
      limit,
    }),
    answer: logPage,
  },
} as const satisfies Record<string, Route>
