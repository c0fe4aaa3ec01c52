import { z } from 'zod'
import { answer, readQuery } from './answer.ts'
import {
  lockInput,
  lockJson,
  lockStep,
  proposalJson,
  recountJson,
  signalJson,
} from './coordination.ts'
import { emitted } from './events.ts'
import { positionToken } from './position-token.ts'
import type { Route } from './route.ts'

const written = <T extends z.ZodType>(data: T) => z.object({ data, position: positionToken })

/** Consensus, locks and signals. */
export const COORDINATION_ROUTES = {
  proposals: {
    method: 'get',
    path: '/v1/swarms/{swarm}/proposals',
    verb: 'read',
    tag: 'consensus',
    summary: 'Open proposals, or the latest decided ones, newest first',
    query: readQuery.extend({
      status: z.enum(['open', 'decided', 'all']).optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    answer: answer(z.array(proposalJson)),
  },
  proposal: {
    method: 'get',
    path: '/v1/swarms/{swarm}/proposals/{proposal}',
    verb: 'read',
    tag: 'consensus',
    summary: 'A proposal with who voted, what counts and why',
    query: readQuery,
    answer: answer(proposalJson),
  },
  recount: {
    method: 'post',
    path: '/v1/swarms/{swarm}/proposals/{proposal}/recount',
    verb: 'read',
    tag: 'consensus',
    summary: 'Counts the log again and compares it with the stored result',
    query: z.object({ run: z.string().max(128).optional() }),
    answer: answer(recountJson),
  },
  vote: {
    method: 'post',
    path: '/v1/swarms/{swarm}/proposals/{proposal}/votes',
    verb: 'vote',
    tag: 'consensus',
    summary: 'Cast a vote',
    query: z.object({ run: z.string().max(128).optional() }),
    body: z.object({
      agent: z.string().min(1).max(128),
      choice: z.string().min(1).max(256),
      /** Where the rule asks for a value. */
      value: z.number().optional(),
      reason: z.string().max(8192).optional(),
      /** Names the request: repeated under its name it is one vote. */
      request: z.string().min(1).max(128).optional(),
    }),
    answer: written(emitted),
  },
  locks: {
    method: 'get',
    path: '/v1/swarms/{swarm}/locks',
    verb: 'read',
    tag: 'locks',
    summary: 'Locks in use',
    query: readQuery,
    answer: answer(z.array(lockJson)),
  },
  lockHistory: {
    method: 'get',
    path: '/v1/swarms/{swarm}/locks/{resource}/history',
    verb: 'read',
    tag: 'locks',
    summary: 'Grants, refusals and ends of a lock with their fencing tokens, newest last',
    query: readQuery.extend({ limit: z.coerce.number().int().min(1).max(1000).optional() }),
    answer: answer(z.array(lockStep)),
  },
  recountLock: {
    method: 'post',
    path: '/v1/swarms/{swarm}/locks/{resource}/recount',
    verb: 'read',
    tag: 'locks',
    summary: 'Counts the log again and compares it with the stored results of a lock',
    query: z.object({ run: z.string().max(128).optional() }),
    answer: answer(recountJson),
  },
  lock: {
    method: 'post',
    path: '/v1/swarms/{swarm}/locks/{resource}',
    verb: 'lock',
    tag: 'locks',
    summary: 'Acquire, renew or release a lock; answers with the fencing token',
    query: z.object({ run: z.string().max(128).optional() }),
    body: lockInput,
    answer: written(
      z.object({
        status: z.string(),
        request: z.string(),
        token: z.string().nullable(),
        lease_until: z.int().nullable(),
        reason: z.string(),
      }),
    ),
  },
  signals: {
    method: 'get',
    path: '/v1/swarms/{swarm}/signals',
    verb: 'read',
    tag: 'signals',
    summary: 'Signals alive, with acknowledgments and escalations',
    query: readQuery.extend({
      target: z.string().max(128).optional(),
      domain: z.string().max(128).optional(),
    }),
    answer: answer(z.array(signalJson)),
  },
} as const satisfies Record<string, Route>
