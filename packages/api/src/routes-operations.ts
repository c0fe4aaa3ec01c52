import { z } from 'zod'
import { answer } from './answer.ts'
import {
  deadLetterJson,
  projectionJson,
  sqlInput,
  sqlResult,
  subjectJson,
  whoami,
} from './operations.ts'
import { positionToken } from './position-token.ts'
import type { Route } from './route.ts'

/** What operators and analysts ask; not bound to a swarm, save by the token. */
export const OPERATION_ROUTES = {
  whoami: {
    method: 'get',
    path: '/v1/me',
    verb: null,
    tag: 'operations',
    summary: 'What this token may do',
    answer: z.object({ data: whoami }),
  },
  projections: {
    method: 'get',
    path: '/v1/projections',
    verb: 'read',
    tag: 'operations',
    summary: 'Views with position, lag, rate and the reason of a fault',
    answer: answer(z.array(projectionJson)),
  },
  rebuildProjection: {
    method: 'post',
    path: '/v1/projections/{name}/rebuild',
    verb: 'operate',
    tag: 'operations',
    summary: 'Project the log again into a view; answers when it has begun',
    answer: z.object({ data: z.object({ started: z.boolean() }) }),
  },
  deadLetters: {
    method: 'get',
    path: '/v1/dead-letters',
    verb: 'operate',
    tag: 'operations',
    summary: 'Refused records with reason and raw bytes, newest first',
    query: z.object({
      before: positionToken.optional(),
      code: z.string().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    answer: answer(z.array(deadLetterJson)),
  },
  replayDeadLetter: {
    method: 'post',
    path: '/v1/dead-letters/{position}/replay',
    verb: 'operate',
    tag: 'operations',
    summary: 'Append the raw bytes again, where their fault has gone',
    answer: z.object({ data: z.object({ position: positionToken }) }),
  },
  schemas: {
    method: 'get',
    path: '/v1/schemas',
    verb: 'read',
    tag: 'operations',
    summary: 'Subjects with all versions',
    answer: z.object({ data: z.array(subjectJson) }),
  },
  sql: {
    method: 'post',
    path: '/v1/sql',
    verb: 'sql',
    tag: 'operations',
    summary: 'One SELECT of an analyst, read-only and within limits; the token bounds the swarm',
    query: z.object({ swarm: z.string().max(128).optional() }),
    body: sqlInput,
    answer: z.object({ data: sqlResult }),
  },
} as const satisfies Record<string, Route>
