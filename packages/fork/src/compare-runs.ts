import type { KnownEvent } from '@waggle/consume'
import { comparePositions, type WaggleEvent } from '@waggle/event'
import { lineageOf } from './find-lineage.ts'
import { partingOf } from './lineage.ts'
import { stepsBehind, type RunSteps, type Step, type StepSource } from './own-steps.ts'
import { differingFields, plainStep, type Comparing } from './plain-step.ts'

export interface CompareOptions extends StepSource {
  readonly swarm: string
  readonly a: string | null
  readonly b: string | null
  /** Whether a step at another time is another step; false if left out. */
  readonly clocks?: boolean
}

/** A step that is not the same in both runs. */
export interface Divergence {
  readonly name: string
  readonly agent: string
  /** Undefined where only the other run has it. */
  readonly a: KnownEvent | undefined
  readonly b: KnownEvent | undefined
  /** Names of the fields that differ; empty where one run has no such step. */
  readonly fields: readonly string[]
}

export interface ComparedRuns {
  readonly a: RunSteps
  readonly b: RunSteps
  /** In the order in which the swarm learned them. */
  readonly divergences: readonly Divergence[]
  /** Where it began, and where it began for each agent. */
  readonly first: Divergence | undefined
  readonly firstByAgent: ReadonlyMap<string, Divergence>
  /** Steps that are the same. */
  readonly same: number
}

/** Two runs step by step, behind where they part; a run that is no relative is compared whole. */
export async function compareRuns(options: CompareOptions): Promise<ComparedRuns> {
  const { swarm, clocks = false } = options
  const { topics } = options.log
  const [lineageA, lineageB] = [
    await lineageOf(options, swarm, options.a),
    await lineageOf(options, swarm, options.b),
  ]
  const parting = partingOf(lineageA, lineageB)
  const a = await stepsBehind(options, lineageA, parting)
  const b = await stepsBehind(options, lineageB, parting)
  const divergences = divergencesOf({ steps: a, topics, clocks }, { steps: b, topics, clocks })
  const firstByAgent = new Map<string, Divergence>()
  for (const divergence of divergences) {
    if (!firstByAgent.has(divergence.agent)) firstByAgent.set(divergence.agent, divergence)
  }
  const both = a.steps.filter(({ name }) => b.byName.has(name)).length
  const changed = divergences.filter((one) => one.a !== undefined && one.b !== undefined).length
  return { a, b, divergences, first: divergences[0], firstByAgent, same: both - changed }
}

interface Side extends Comparing {
  readonly steps: RunSteps
}

function divergencesOf(a: Side, b: Side): Divergence[] {
  const found: Divergence[] = []
  for (const step of a.steps.steps) {
    const other = b.steps.byName.get(step.name)
    const fields =
      other === undefined
        ? []
        : differingFields(plainStep(a, step.known.event), plainStep(b, other.known.event))
    if (other === undefined || fields.length > 0) found.push(divergence(step, step, other, fields))
  }
  for (const step of b.steps.steps) {
    if (!a.steps.byName.has(step.name)) found.push(divergence(step, undefined, step, []))
  }
  return found.sort((left, right) => compareKnown(firstSide(left), firstSide(right)))
}

function divergence(
  { name, known }: Step,
  a: Step | undefined,
  b: Step | undefined,
  fields: readonly string[],
): Divergence {
  return { name, agent: known.event.agent, a: a?.known, b: b?.known, fields }
}

function firstSide({ a, b }: Divergence): KnownEvent {
  if (a === undefined) return b!
  return b === undefined || compareKnown(a, b) <= 0 ? a : b
}

function compareKnown(a: KnownEvent, b: KnownEvent): number {
  return a.knownFrom - b.knownFrom || comparePositions(a.position, b.position)
}

/** What led to a step in its own run, the first cause first and the step last: causes and a decision's inputs. */
export function causePath({ nameById, byName }: RunSteps, step: KnownEvent): KnownEvent[] {
  const path = [step]
  const seen = new Set([step.event.id])
  for (let at: WaggleEvent = step.event; at.cause !== null && !seen.has(at.cause);) {
    seen.add(at.cause)
    const parent = byName.get(nameById.get(at.cause) ?? '')
    if (parent === undefined) break
    path.unshift(parent.known)
    at = parent.known.event
  }
  return path
}
