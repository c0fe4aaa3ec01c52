import { z } from 'zod'
import { timeInput } from './answer.ts'
import { emitted } from './events.ts'
import { positionToken } from './position-token.ts'
import type { Route } from './route.ts'

const name = z.string().min(1).max(128)
const reason = z.string().max(8192)
const written = z.object({ data: emitted, position: positionToken })

/** Taking back what was said. `by` is the agent that does it: a member with the capability `warden`, or oneself. */
export const TRUST_ROUTES = {
  quarantine: {
    method: 'post',
    path: '/v1/swarms/{swarm}/agents/{agent}/quarantine',
    verb: 'erase',
    tag: 'trust',
    summary: 'Takes what an agent said out of answers from now on, or lets it in again',
    query: z.object({ run: z.string().max(128).optional() }),
    body: z.object({
      by: name,
      reason,
      /** From when on it does not count: all of it if left out. */
      since: timeInput.optional(),
      /** Ends the quarantine. */
      lifted: z.boolean().optional(),
    }),
    answer: written,
  },
  erase: {
    method: 'post',
    path: '/v1/swarms/{swarm}/erasures',
    verb: 'erase',
    tag: 'trust',
    summary:
      'Asks for the erasure of a subject: its key is destroyed, in all runs and for all times',
    body: z.object({ by: name, subject: z.string().min(1).max(256), reason: reason.optional() }),
    answer: written,
  },
} as const satisfies Record<string, Route>
