import { z } from 'zod'
import { answer, readQuery, timeInput } from './answer.ts'
import { knownEvent } from './events.ts'
import type { Route } from './route.ts'
import { causationJson, diffJson, evidencePack, trajectoryJson } from './trajectories.ts'

/** The log read as lines of action, causes and evidence. */
export const TRAJECTORY_ROUTES = {
  trajectory: {
    method: 'get',
    path: '/v1/swarms/{swarm}/trajectories',
    verb: 'read',
    tag: 'trajectories',
    summary: 'Events of an agent, a trajectory, a proposal or the whole swarm, in the order known',
    query: readQuery.extend({
      agent: z.string().max(128).optional(),
      trajectory: z.string().max(256).optional(),
      proposal: z.string().max(256).optional(),
      kind: z.string().max(256).optional(),
      from: timeInput.optional(),
      to: timeInput.optional(),
      resume: z.string().max(16_384).optional(),
      limit: z.coerce.number().int().min(1).max(10_000).optional(),
    }),
    answer: answer(trajectoryJson),
  },
  event: {
    method: 'get',
    path: '/v1/swarms/{swarm}/events/{id}',
    verb: 'read',
    tag: 'events',
    summary: 'One event by its id, or by its position',
    query: readQuery,
    answer: answer(knownEvent),
  },
  causation: {
    method: 'get',
    path: '/v1/swarms/{swarm}/events/{id}/causation',
    verb: 'read',
    tag: 'trajectories',
    summary: 'What led to an event, what it rested on, and what it led to',
    query: readQuery,
    answer: answer(causationJson),
  },
  diff: {
    method: 'get',
    path: '/v1/swarms/{swarm}/diff',
    verb: 'read',
    tag: 'trajectories',
    summary: 'Two runs compared step by step: the first divergence and what both gained',
    query: z.object({ a: z.string().max(128), b: z.string().max(128) }),
    answer: answer(diffJson),
  },
  explain: {
    method: 'get',
    path: '/v1/swarms/{swarm}/explain',
    verb: 'read',
    tag: 'trajectories',
    summary: 'The minimal set of events behind a number, as a pack that computes it again offline',
    query: readQuery.extend({
      /**
       * One of `decision:ID`, `proposal:NAME`, `lock:RESOURCE/TOKEN`, `holding:AGENT/INSTRUMENT`, `pattern:ID`,
       * `figure:equity|return|brier|hit-rate/AGENT[@TIME]` (`*` for the whole swarm), `row:TABLE/TOPIC/PARTITION/OFFSET`.
       */
      claim: z.string().min(1).max(512),
    }),
    answer: answer(evidencePack),
  },
} as const satisfies Record<string, Route>
