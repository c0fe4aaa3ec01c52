import type { WaggleEvent } from '@waggle/event'
import { ID } from './map-event.ts'

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
 * behind it: give what belongs together a trajectory. An event that is about another one of the run, such as a
 * signal, is told by that one's name, for its id is another in each run.
 */
export class StepNames {
  readonly #counts = new Map<string, number>()
  readonly #nameOf: (id: string) => string | undefined

  /** @param nameOf Name given to the event of an id before; undefined for others. */
  constructor(nameOf: (id: string) => string | undefined) {
    this.#nameOf = nameOf
  }

  next(event: WaggleEvent): string {
    const key = stepKey(event, this.#nameOf)
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return `${key} #${count}`
  }
}

function stepKey(event: WaggleEvent, nameOf: (id: string) => string | undefined): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>
  const matter = MATTER.map((name) => fields[name])
    .filter((value) => typeof value === 'string')
    .map((text) => text.replaceAll(ID, (id) => nameOf(id) ?? id))
  return [event.agent, event.kind, event.trajectory ?? '', ...matter].join(' ')
}
