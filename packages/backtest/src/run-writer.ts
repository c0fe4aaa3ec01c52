import { createHash } from 'node:crypto'
import { isWaggleError, WaggleError, type Clock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  appendRecordOf,
  completeDraft,
  type AnyDraft,
  type EmittableEvent,
  type Seal,
} from '@waggle/emit'
import type { EventLog } from '@waggle/log'

/** Where a backtest writes what it says. */
export interface RunTarget {
  readonly log: EventLog
  readonly codec: Codec
  /** Encrypts what is said about subjects, such as `vault.seal`. */
  readonly seal?: Seal
}

export interface RunWriterOptions extends RunTarget {
  readonly clock: Clock
  readonly swarm: string
  readonly run: string
}

const BATCH = 1000

/**
 * Everything a run says, by all its agents, in the order it is said: complete and checked at once, appended in
 * batches. Nothing else can be written by it than events of this run.
 */
export class RunWriter {
  events = 0
  readonly #options: RunWriterOptions
  readonly #seqs = new Map<string, number>()
  readonly #digest = createHash('sha256')
  #pending: EmittableEvent[] = []

  constructor(options: RunWriterOptions) {
    this.#options = options
  }

  get full(): boolean {
    return this.#pending.length >= BATCH
  }

  /** The event with its id; it stands in the log after the next flush. */
  say(agent: string, draft: AnyDraft): EmittableEvent {
    const { clock, swarm, run } = this.#options
    const seq = (this.#seqs.get(agent) ?? 0) + 1
    const session = `${run}/${agent}`
    const event = completeDraft({ clock, swarm, run, agent, session }, draft, seq)
    this.#seqs.set(agent, seq)
    this.#pending.push(event)
    return event
  }

  /** Counts in what another emitter has appended. */
  note(event: EmittableEvent): void {
    this.events++
    this.#digest.update(this.#options.codec.encode(event))
  }

  /** INPUT_INVALID where the log holds this run already. */
  async flush(): Promise<void> {
    const { log, run } = this.#options
    const events = this.#pending
    if (events.length === 0) return
    this.#pending = []
    const records = await this.#records(events)
    for (const { value } of records) this.#digest.update(value)
    this.events += events.length
    const results = await log.append(records).catch((error: unknown) => {
      throw isWaggleError(error, 'SEQ_DUPLICATE') ? runExists(run, error) : error
    })
    if (results.some(({ duplicate }) => duplicate)) throw runExists(run)
  }

  /** Of all bytes appended, in their order. */
  digest(): string {
    return this.#digest.copy().digest('hex')
  }

  async #records(events: readonly EmittableEvent[]) {
    const { codec, seal } = this.#options
    if (events.every(({ subject }) => subject === null))
      return events.map((event) => appendRecordOf({ codec }, event))
    if (seal === undefined)
      throw new WaggleError('CONFIG_INVALID', 'An event with a subject needs a vault to seal it', {
        field: 'subject',
      })
    const sealed: EmittableEvent[] = []
    for (const event of events) sealed.push(event.subject === null ? event : await seal(event))
    return sealed.map((event) => appendRecordOf({ codec }, event))
  }
}

function runExists(run: string, cause?: unknown): WaggleError {
  return new WaggleError('INPUT_INVALID', `The log holds run ${run} already; name another`, {
    field: 'run',
    input: run,
    cause,
  })
}
