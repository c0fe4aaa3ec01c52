import { z } from 'zod'
import { micros } from './answer.ts'
import { knownEvent } from './events.ts'

export const swarmInfo = z
  .object({
    swarm: z.string(),
    agents: z.int(),
    /** The run's clock: the newest time that counts as known. */
    clock: micros,
    runs: z.array(
      z.object({ run: z.string(), parent: z.string().nullable(), name: z.string().nullable() }),
    ),
    instruments: z.array(z.string()),
  })
  .meta({ id: 'Swarm' })
export type SwarmInfo = z.output<typeof swarmInfo>

/** A run of a swarm; null is live. */
export const swarmRun = z
  .object({
    swarm: z.string(),
    run: z.string().nullable(),
    /** Of a fork: the run it leaves (null: live), and its own name. */
    parent: z.string().nullable(),
    name: z.string().nullable(),
    /** The newest time that counts as known; 0 where the hot view has nothing of it. */
    clock: micros,
  })
  .meta({ id: 'SwarmRun' })
export type SwarmRun = z.output<typeof swarmRun>

export const agentJson = z
  .object({
    agent: z.string(),
    role: z.string(),
    capabilities: z.array(z.string()),
    weight: z.number(),
    learned_weight: z.number().nullable(),
    status: z.enum(['ALIVE', 'LOST', 'LEFT']),
    joined_at: micros,
    last_heard: micros,
  })
  .meta({ id: 'Agent' })
export type AgentJson = z.output<typeof agentJson>

export const holdingJson = z
  .object({
    agent: z.string(),
    instrument: z.string(),
    quantity: z.string(),
    average_price: z.string().nullable(),
    realised: z.string().nullable(),
  })
  .meta({ id: 'Holding' })
export type HoldingJson = z.output<typeof holdingJson>

/** What an agent has before it: exactly what it would see, did it think now, or then. */
export const agentContext = z
  .object({
    agent: agentJson.nullable(),
    state: z.object({ version: z.int(), state: z.unknown(), at: micros }).nullable(),
    decisions: z.array(knownEvent),
    signals: z.array(knownEvent),
    holdings: z.array(holdingJson),
    memories: z.array(z.lazy(() => memoryJson)),
    /** The newest turns of the conversation it had last, oldest first, and pinned ones before them. */
    turns: z.array(
      z.object({
        id: z.string(),
        conversation: z.string(),
        role: z.enum(['SYSTEM', 'USER', 'ASSISTANT', 'TOOL']),
        text: z.string(),
        source: z.string(),
        pinned: z.boolean(),
        tokens: z.int(),
        known_from: micros,
        position: z.string(),
      }),
    ),
    /** Estimated tokens by block of what it sees. */
    window: z.array(z.object({ block: z.string(), tokens: z.int(), items: z.int() })),
  })
  .meta({ id: 'AgentContext' })
export type AgentContextJson = z.output<typeof agentContext>

export const memoryJson = z
  .object({
    id: z.string(),
    kind: z.string(),
    namespace: z.string(),
    version: z.int(),
    source: z.string(),
    text: z.string(),
    known_from: micros,
    position: z.string(),
    tier: z.string().nullable(),
    importance: z.number().nullable(),
    evidence: z.array(z.object({ id: z.string(), position: z.string().nullable() })),
    score: z.number().nullable(),
    similarity: z.number().nullable(),
    /** The event's own fields. */
    event: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Memory' })
export type MemoryJson = z.output<typeof memoryJson>

export const recallQuestion = z
  .object({
    text: z.string().max(8192),
    limit: z.int().min(1).max(1000).optional(),
    agent: z.string().max(128).optional(),
    kinds: z.array(z.string()).max(16).optional(),
    namespaces: z.array(z.string().max(256)).max(64).optional(),
    sources: z.array(z.string().max(128)).max(64).optional(),
    min_trust: z.number().optional(),
    exact: z.boolean().optional(),
    /** Notes question and answer in the log, as evidence of what `agent` knew; now alone, with the verb remember. */
    record: z.boolean().optional(),
  })
  .meta({ id: 'RecallQuestion' })
export type RecallQuestionJson = z.input<typeof recallQuestion>

/** Writes a document of shared memory; with `expected_version` it loses to a newer one with 409 and both values. */
export const rememberInput = z
  .object({
    agent: z.string().min(1).max(128),
    namespace: z.string().max(256).optional(),
    /** `note`: a memory of its own; with a key: a document in versions. */
    key: z.string().max(256).optional(),
    type: z.string().max(64).optional(),
    content: z.string().max(65_536),
    importance: z.number().min(0).max(1).optional(),
    evidence: z.array(z.string()).max(64).optional(),
    /** 0: it must not be there yet. */
    expected_version: z.int().min(0).optional(),
    /** Names the request: repeated under its name it writes nothing twice. */
    request: z.string().min(1).max(128).optional(),
  })
  .meta({ id: 'RememberInput' })
export type RememberInput = z.input<typeof rememberInput>

/** `conflict` of the problem VERSION_CONFLICT (409): what is there, and what was not written. */
export const rememberConflict = z
  .object({
    /** Null where there is nothing, or nothing any more. */
    present: z
      .object({
        version: z.int(),
        content: z.string(),
        agent: z.string(),
        position: z.string(),
      })
      .nullable(),
    given: z.object({ expected_version: z.int(), content: z.string(), agent: z.string() }),
  })
  .meta({ id: 'RememberConflict' })
export type RememberConflict = z.output<typeof rememberConflict>

export const patternJson = z
  .object({
    id: z.string(),
    domain: z.string(),
    situation: z.string(),
    action: z.string(),
    status: z.string(),
    lessons: z.int(),
    mean_return: z.number().nullable(),
    return_low: z.number().nullable(),
    return_high: z.number().nullable(),
    success_rate: z.number().nullable(),
    evidence_value: z.number(),
    changed_at: micros,
    reason: z.string(),
    accesses: z.int(),
    /** Decisions. */
    evidence: z.array(z.string()),
    /** The first and the newest lessons: what speaks for it, and what against. */
    cases: z.array(
      z.object({
        decision: z.string(),
        position: z.string(),
        /** Null where the outcome never came. */
        outcome: z.string().nullable(),
        outcome_position: z.string().nullable(),
        at: micros,
        net: z.number(),
        success: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Pattern' })
export type PatternJson = z.output<typeof patternJson>

export const calibrationJson = z
  .object({
    count: z.int(),
    brier: z.number().nullable(),
    log_score: z.number().nullable(),
    mean_return: z.number().nullable(),
    rows: z.array(
      z.object({
        from: z.number(),
        to: z.number(),
        count: z.int(),
        stated: z.number(),
        realised: z.number(),
      }),
    ),
  })
  .meta({ id: 'Calibration' })
export type CalibrationJson = z.output<typeof calibrationJson>
