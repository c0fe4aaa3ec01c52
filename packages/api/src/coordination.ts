import { z } from 'zod'
import { micros } from './answer.ts'

export const voteJson = z.object({
  agent: z.string(),
  choice: z.string(),
  weight: z.number(),
  reason: z.string(),
  position: z.string().nullable(),
})

export const proposalJson = z
  .object({
    proposal: z.string(),
    question: z.string(),
    proposer: z.string().nullable(),
    rule: z.string(),
    options: z.array(z.string()),
    quorum: z.number().nullable(),
    deadline_at: micros,
    status: z.enum(['PENDING', 'APPROVED', 'REJECTED', 'EXPIRED']),
    winner: z.string().nullable(),
    value: z.number().nullable(),
    turnout: z.number(),
    tallies: z.array(z.object({ choice: z.string(), weight: z.number(), votes: z.int() })),
    votes: z.array(voteJson),
    uncounted: z.array(z.object({ agent: z.string(), offset: z.string(), reason: z.string() })),
    decided_at: z.string().nullable(),
    evidence: z.array(z.string()),
  })
  .meta({ id: 'Proposal' })
export type ProposalJson = z.output<typeof proposalJson>

/** What counting the log again says about a stored result. */
export const recountJson = z
  .object({
    proposal: z.string().optional(),
    resource: z.string().optional(),
    agrees: z.boolean(),
    results: z.int(),
    differences: z.array(z.string()),
  })
  .meta({ id: 'Recount' })
export type RecountJson = z.output<typeof recountJson>

export const lockJson = z
  .object({
    resource: z.string(),
    mode: z.string().nullable(),
    permits: z.int(),
    holders: z.array(
      z.object({
        agent: z.string(),
        request: z.string(),
        /** Fencing token: the offset of the grant. */
        token: z.string(),
        lease_until: micros,
      }),
    ),
    waiters: z.array(
      z.object({
        agent: z.string(),
        request: z.string(),
        mode: z.string(),
        until: micros.nullable(),
      }),
    ),
  })
  .meta({ id: 'Lock' })
export type LockJson = z.output<typeof lockJson>

/** One step in the life of a lock, oldest first. */
export const lockStep = z
  .object({
    position: z.string(),
    at: micros,
    agent: z.string(),
    status: z.string(),
    token: z.string().nullable(),
    reason: z.string(),
  })
  .meta({ id: 'LockStep' })
export type LockStepJson = z.output<typeof lockStep>

export const lockInput = z
  .object({
    agent: z.string().min(1).max(128),
    op: z.enum(['ACQUIRE', 'RENEW', 'RELEASE']),
    /** Names what is asked for: repeated under its name it changes nothing. Needed to renew and to release. */
    request: z.string().min(1).max(128).optional(),
    /** Fencing token of what is renewed or released: FENCED (409) where it is stale. */
    token: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
    mode: z.enum(['EXCLUSIVE', 'SHARED']).optional(),
    lease_ms: z.int().min(1).max(86_400_000).optional(),
    /** How long to wait in the queue: 0 if left out. The place is given up when the caller goes away. */
    wait_ms: z.int().min(0).max(60_000).optional(),
  })
  .meta({ id: 'LockInput' })
export type LockInput = z.input<typeof lockInput>

export const signalJson = z
  .object({
    id: z.string(),
    agent: z.string(),
    domain: z.string(),
    severity: z.string(),
    content: z.string(),
    targets: z.array(z.string()),
    sent_at: micros,
    expires_at: micros.nullable(),
    repeats: z.int(),
    escalated: z.boolean(),
    acknowledgments: z.array(z.object({ agent: z.string(), status: z.string() })),
    position: z.string(),
  })
  .meta({ id: 'Signal' })
export type SignalJson = z.output<typeof signalJson>
