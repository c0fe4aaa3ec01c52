import { isWaggleError } from '@waggle/base'
import type { Agent } from './agent.ts'
import type { Json } from './checkpoints.ts'
import { firstCarry, runCycle, type Carry, type CycleResult, type CycleSteps } from './cycle.ts'

/** An agent as a program: its cycle, and the state it begins with. */
export interface AgentProgram<S extends Json> extends CycleSteps<S> {
  /** One of the registered kinds. */
  readonly kind: string
  readonly initial: S
  /** Version of the form of the state; 1 if left out. */
  readonly schemaVersion?: number
  /** Makes the present form of an older state. */
  readonly migrate?: (state: Json, from: number) => S
}

export interface RunOptions<S extends Json> {
  /** Ends the loop after the cycle under way. */
  readonly signal?: AbortSignal
  /** Most cycles; for ever if left out. */
  readonly cycles?: number
  /** Rest after a cycle that decided nothing or failed, in milliseconds; 1 s if left out. */
  readonly restMs?: number
  /** Cycles between two checkpoints; 1 if left out. */
  readonly checkpointEvery?: number
  readonly onCycle?: (result: CycleResult<S>) => void
}

export interface RunSummary<S extends Json> {
  readonly cycles: number
  readonly failed: number
  readonly carry: Carry<S>
  /** LOG_CLOSED: nothing can be said any more. */
  readonly ended: 'STOPPED' | 'CYCLES' | 'LOG_CLOSED'
}

export interface DefinedAgent<S extends Json> extends AgentProgram<S> {
  /** Goes on from the newest checkpoint; STATE_NEWER where a newer program wrote it. */
  run(agent: Agent, options?: RunOptions<S>): Promise<RunSummary<S>>
}

const REST_MS = 1000

/** A program that runs an agent's cycles, with checkpoints. */
export function defineAgent<S extends Json>(program: AgentProgram<S>): DefinedAgent<S> {
  return { ...program, run: (agent, options) => runAgent(agent, program, options) }
}

async function runAgent<S extends Json>(
  agent: Agent,
  program: AgentProgram<S>,
  options: RunOptions<S> = {},
): Promise<RunSummary<S>> {
  const { cycles = Infinity, restMs = REST_MS, checkpointEvery = 1, onCycle } = options
  const signal = options.signal ?? new AbortController().signal
  let carry = await restoredCarry(agent, program)
  let done = 0
  let failed = 0
  const summary = (ended: RunSummary<S>['ended']): RunSummary<S> => ({
    cycles: done,
    failed,
    carry,
    ended,
  })
  while (!signal.aborted && done < cycles) {
    const result = await runCycle(agent, program, carry, { signal })
    carry = result.carry
    done++
    if (result.status === 'FAILED') failed++
    if (isWaggleError(result.failure?.error, 'LOG_CLOSED')) return summary('LOG_CLOSED')
    const isLast = signal.aborted || done === cycles
    if (done % checkpointEvery === 0 || isLast) {
      // A checkpoint that fails is made up for by the next one; a restart goes on from the one before.
      const closed = await agent
        .checkpoint(carry, { schemaVersion: program.schemaVersion ?? 1 })
        .then(() => false)
        .catch((error: unknown) => isWaggleError(error, 'LOG_CLOSED'))
      if (closed) return summary('LOG_CLOSED')
    }
    onCycle?.(result)
    if (result.status !== 'DECIDED' && !isLast)
      await agent.clock.sleep(restMs, signal).catch(() => {})
  }
  return summary(done >= cycles ? 'CYCLES' : 'STOPPED')
}

/** Migration is of the user's state; what the loop itself carries has the same form in all versions. */
async function restoredCarry<S extends Json>(
  agent: Agent,
  { schemaVersion = 1, migrate, initial }: AgentProgram<S>,
): Promise<Carry<S>> {
  const found = await agent.restore({ schemaVersion })
  if (found === undefined) return firstCarry(initial)
  const carry = found.state as unknown as Carry<S>
  if (found.schemaVersion === schemaVersion || migrate === undefined) return carry
  return { ...carry, state: migrate(carry.state, found.schemaVersion) }
}
