import { z } from 'zod'
import { answer, readQuery } from './answer.ts'
import {
  knowledgeChanged,
  knowledgeChangeInput,
  knowledgeGraph,
  knowledgeQuestion,
} from './knowledge.ts'
import { positionToken } from './position-token.ts'
import type { Route } from './route.ts'

/** Concepts and relations of a namespace as one graph. */
export const KNOWLEDGE_ROUTES = {
  knowledge: {
    method: 'post',
    path: '/v1/swarms/{swarm}/knowledge/read',
    verb: 'read',
    tag: 'knowledge',
    summary: 'Concepts of a namespace with what is known of them, and the relations between them',
    query: readQuery,
    body: knowledgeQuestion,
    answer: answer(knowledgeGraph),
  },
  changeKnowledge: {
    method: 'post',
    path: '/v1/swarms/{swarm}/knowledge',
    verb: 'remember',
    tag: 'knowledge',
    summary: 'Creates or deletes concepts, relations and observations: all of a request or nothing',
    query: z.object({ run: z.string().max(128).optional() }),
    body: knowledgeChangeInput,
    answer: z.object({ data: knowledgeChanged, position: positionToken }),
  },
} as const satisfies Record<string, Route>
