import type { KnownEvent } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import { positionText, type Kind } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { replayKnown } from '@waggle/replay'
import { openWhole, type Vault } from '@waggle/vault'
import { runOf, type Lineage, type Offsets } from './lineage.ts'
import { StepNames } from './names.ts'
import { createRunLog } from './run-log.ts'

/** A run's event behind the parting, under the name that its counterpart has too. */
export interface Step {
  readonly name: string
  readonly known: KnownEvent
}

export interface RunSteps {
  readonly run: string | null
  /** In known order. */
  readonly steps: readonly Step[]
  /** The same among the ticks that moved its clock, which are named too, for results say what ended them. */
  readonly timeline: readonly Step[]
  readonly byName: ReadonlyMap<string, Step>
  readonly nameById: ReadonlyMap<string, string>
  readonly nameByPosition: ReadonlyMap<string, string>
}

/** Say something about the fork, or what was asked of models, and nothing of what the swarm did. */
export const BESIDE: ReadonlySet<Kind> = new Set(['fork', 'model_call', 'tick'])

export interface StepSource {
  readonly log: EventLog
  readonly codec: Codec
  /** Opens what is said about subjects; what does not open stays sealed. */
  readonly vault?: Vault
}

/** What a run did behind the parting. */
export async function stepsBehind(
  { log, codec, vault }: StepSource,
  lineage: Lineage,
  parting: Offsets | undefined,
): Promise<RunSteps> {
  const run = runOf(lineage)
  const timeline: Step[] = []
  const nameById = new Map<string, string>()
  const names = new StepNames((id) => nameById.get(id))
  const nameByPosition = new Map<string, string>()
  const source = { log: createRunLog({ log, lineage }), codec, run }
  // What both runs have is judged, for time is measured by it, and not decoded.
  const start = new Map([...(parting ?? [])].map(([at, offset]) => [at, Number(offset)]))
  const behind = parting === undefined ? [] : replayKnown({ ...source, start })
  for await (const batch of behind) {
    for (let i = 0; i < batch.length; i++) {
      const kind = batch.kind(i)
      if (BESIDE.has(kind) && kind !== 'tick') continue
      const known = batch.known(i)
      const { event, position } = known
      const name = kind === 'tick' ? `tick ${event.known_at}` : names.next(event)
      nameById.set(event.id, name)
      nameByPosition.set(positionText(position), name)
      const whole = (await openWhole(vault, event)) ?? event
      timeline.push({ name, known: whole === event ? known : { ...known, event: whole } })
    }
  }
  const steps = timeline.filter(isStep)
  const byName = new Map(steps.map((step) => [step.name, step]))
  return { run, steps, timeline, byName, nameById, nameByPosition }
}

/** Whether it is more than time that went on. */
export function isStep({ known }: Step): boolean {
  return known.event.kind !== 'tick'
}
