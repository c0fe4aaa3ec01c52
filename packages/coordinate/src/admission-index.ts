import type { Codec } from '@waggle/codec'
import { emptyAdmission, judgeBatch, type AdmissionState } from '@waggle/consume'
import { partitionName, type Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'

const BATCH_RECORDS = 4096
/** States kept for each partition: the end, where requests start, and some that subscriptions go on from. */
const KEPT = 4

interface Snapshot {
  readonly offset: bigint
  readonly admission: AdmissionState
}

/**
 * Admission before any position: who starts to read in the middle admits the same records as who read from
 * the start. The first question costs a pass over the partition's routing fields, later ones what is new.
 */
export class AdmissionIndex {
  readonly #source: { readonly log: EventLog; readonly codec: Codec }
  readonly #snapshots = new Map<string, Snapshot[]>()

  constructor(source: { readonly log: EventLog; readonly codec: Codec }) {
    this.#source = source
  }

  /** The state behind everything before this position. Not to be changed. */
  async at(position: Position): Promise<AdmissionState> {
    const name = partitionName(position)
    const known = this.#snapshots.get(name) ?? []
    const nearest = known
      .filter(({ offset }) => offset <= position.offset)
      .reduce<Snapshot>((best, next) => (next.offset > best.offset ? next : best), {
        offset: 0n,
        admission: emptyAdmission(),
      })
    const admission = await this.#foldTo(position, nearest)
    const others = (this.#snapshots.get(name) ?? []).filter(
      ({ offset }) => offset !== position.offset,
    )
    this.#snapshots.set(name, [...others, { offset: position.offset, admission }].slice(-KEPT))
    return admission
  }

  async #foldTo(position: Position, from: Snapshot): Promise<AdmissionState> {
    const { log, codec } = this.#source
    let { offset, admission } = from
    while (offset < position.offset) {
      const most = Math.min(BATCH_RECORDS, Number(position.offset - offset))
      const read = await log.read({ ...position, offset }, most)
      const records = read.filter((record) => record.offset < position.offset)
      const last = records.at(-1)
      if (last === undefined) break
      admission = (await judgeBatch(codec, admission, { ...position, records })).admission
      offset = last.offset + 1n
    }
    return admission
  }
}
