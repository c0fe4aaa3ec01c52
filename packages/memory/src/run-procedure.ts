import { messageOf, WaggleError, type Clock } from '@waggle/base'
import type { Execution, Procedure } from '@waggle/event'
import { bindParameters, type BoundStep } from './bind-parameters.ts'

/** Does one step; what it returns is the step's result, what it throws fails the run. */
export type Tool = (args: BoundStep['arguments'], step: BoundStep) => unknown

export interface RunOptions {
  readonly tools: Readonly<Record<string, Tool>>
  readonly clock: Pick<Clock, 'now'>
}

export interface StepResult {
  readonly step: BoundStep
  readonly result: unknown
}

/** What a run came to, with the event to emit about it. */
export interface ProcedureRun {
  readonly success: boolean
  /** Of the steps that were done, in order. */
  readonly results: readonly StepResult[]
  /** What the tool threw. */
  readonly error: unknown
  readonly draft: { readonly kind: 'execution' } & Pick<
    Execution,
    'namespace' | 'procedure' | 'version' | 'arguments' | 'success' | 'duration_ms' | 'error'
  >
}

/**
 * Runs the steps in order with the tools given, until one fails. Steps without a tool are the agent's own: they
 * count as done. Before anything is done: PARAMETER_INVALID for arguments that do not fit, NOT_FOUND for tools
 * that were not given.
 */
export async function runProcedure(
  { event, version }: { readonly event: Procedure; readonly version: number },
  args: Readonly<Record<string, unknown>>,
  { tools, clock }: RunOptions,
): Promise<ProcedureRun> {
  const steps = bindParameters(event, args)
  const missing = steps.flatMap(({ tool }) =>
    tool === null || Object.hasOwn(tools, tool) ? [] : [tool],
  )
  if (missing.length > 0)
    throw new WaggleError('NOT_FOUND', `No tool ${[...new Set(missing)].join(', ')}`, {
      field: 'tools',
      input: missing,
    })
  const results: StepResult[] = []
  const start = clock.now()
  let failure: { readonly error: unknown } | undefined
  for (const step of steps) {
    try {
      const result = step.tool === null ? undefined : await tools[step.tool]!(step.arguments, step)
      results.push({ step, result })
    } catch (error) {
      failure = { error }
      break
    }
  }
  const success = failure === undefined
  return {
    success,
    results,
    error: failure?.error,
    draft: {
      kind: 'execution',
      namespace: event.namespace,
      procedure: event.name,
      version,
      arguments: JSON.stringify(args),
      success,
      duration_ms: Math.max(0, clock.now() - start) / 1000,
      error: failure === undefined ? null : messageOf(failure.error),
    },
  }
}
