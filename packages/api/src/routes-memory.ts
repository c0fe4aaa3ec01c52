import { z } from 'zod'
import { answer, micros, readQuery } from './answer.ts'
import { positionToken } from './position-token.ts'
import type { Route } from './route.ts'
import { calibrationJson, memoryJson, patternJson, recallQuestion, rememberInput } from './swarm.ts'

/** What agents remember and what outcomes taught. */
export const MEMORY_ROUTES = {
  recall: {
    method: 'post',
    path: '/v1/swarms/{swarm}/recall',
    verb: 'read',
    tag: 'memory',
    summary: 'Memories that say something like a text, best first',
    query: readQuery,
    body: recallQuestion,
    answer: answer(z.array(memoryJson)),
  },
  memories: {
    method: 'get',
    path: '/v1/swarms/{swarm}/memories',
    verb: 'read',
    tag: 'memory',
    summary: 'Newest memories of a namespace or an agent',
    query: readQuery.extend({
      namespace: z.string().max(256).optional(),
      agent: z.string().max(128).optional(),
      kind: z.string().max(64).optional(),
      /** Reads with the rights of this agent, which the token may speak as. */
      as: z.string().min(1).max(128).optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    answer: answer(z.array(memoryJson)),
  },
  memory: {
    method: 'get',
    path: '/v1/swarms/{swarm}/memories/{id}',
    verb: 'read',
    tag: 'memory',
    summary: 'One memory by its id, in its namespace',
    query: readQuery.extend({
      namespace: z.string().max(256).optional(),
      as: z.string().min(1).max(128).optional(),
    }),
    answer: answer(memoryJson),
  },
  remember: {
    method: 'post',
    path: '/v1/swarms/{swarm}/memories',
    verb: 'remember',
    tag: 'memory',
    summary: 'Remember something; 409 with both values where a newer version is there',
    query: z.object({ run: z.string().max(128).optional() }),
    body: rememberInput,
    answer: z.object({
      data: z.object({ id: z.string(), version: z.int(), position: positionToken }),
      position: positionToken,
    }),
  },
  patterns: {
    method: 'get',
    path: '/v1/swarms/{swarm}/bank/patterns',
    verb: 'read',
    tag: 'memory',
    summary: 'What outcomes taught, with the evidence for and against',
    query: readQuery.extend({ status: z.string().max(32).optional() }),
    answer: answer(z.array(patternJson)),
  },
  calibration: {
    method: 'get',
    path: '/v1/swarms/{swarm}/bank/calibration',
    verb: 'read',
    tag: 'memory',
    summary: 'Confidence against what came of it',
    query: readQuery.extend({ agent: z.string().max(128).optional() }),
    answer: answer(calibrationJson),
  },
  memoryFigures: {
    method: 'get',
    path: '/v1/swarms/{swarm}/memory/figures',
    verb: 'read',
    tag: 'memory',
    summary: 'Use of the tiers, efficiency, learning progress, decision quality over time',
    query: readQuery,
    answer: answer(
      z.object({
        tiers: z.record(
          z.string(),
          z.object({
            memories: z.int(),
            raw_bytes: z.number(),
            stored_bytes: z.number(),
            compression: z.number().nullable(),
          }),
        ),
        forgotten: z.int(),
        erased: z.int(),
        /** Share of recalled memories that a decision then cited. */
        cited_share: z.number().nullable(),
        learning: z.array(
          z.object({
            at: micros,
            lessons: z.int(),
            promoted: z.int(),
            demoted: z.int(),
            brier: z.number().nullable(),
            mean_return: z.number().nullable(),
          }),
        ),
      }),
    ),
  },
  maintainMemory: {
    method: 'post',
    path: '/v1/swarms/{swarm}/memory/maintain',
    verb: 'operate',
    tag: 'memory',
    summary: 'Clean up what retention has ended, or consolidate and compact',
    query: z.object({ run: z.string().max(128).optional() }),
    body: z.object({ what: z.enum(['clean-up', 'optimise']), dry_run: z.boolean().optional() }),
    answer: z.object({
      data: z.object({ looked_at: z.int(), changed: z.int(), text: z.string() }),
    }),
  },
} as const satisfies Record<string, Route>
