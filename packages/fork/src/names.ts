import type { WaggleEvent } from '@waggle/event'

/** Fields that say what an event is about, not what it says of it. */
const MATTER = [
  'proposal',
  'resource',
  'request',
  'op',
  'domain',
  'instrument',
  'namespace',
  'key',
  'channel',
  'signal',
  'type',
  'subject_agent',
] as const

/**
 * Names events of two runs so that the same step has the same name in both, whatever became of other steps: agent,
 * kind, trajectory and what it is about, then how many came before under that. The events are to be given in
 * known order. A step without a trajectory is told by its count alone, so one more or less moves the names of those
 * behind it: give what belongs together a trajectory.
 */
export class StepNames {
  readonly #counts = new Map<string, number>()

  next(event: WaggleEvent): string {
    const key = stepKey(event)
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return `${key} #${count}`
  }
}

function stepKey(event: WaggleEvent): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>
  const matter = MATTER.map((name) => fields[name]).filter((value) => typeof value === 'string')
  return [event.agent, event.kind, event.trajectory ?? '', ...matter].join(' ')
}
