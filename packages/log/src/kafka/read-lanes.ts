import { partitionName, type Position } from '@waggle/event'
import type { LogRecord } from '../event-log.ts'
import { FetchLane, type LaneOptions } from './fetch-lane.ts'
import type { KafkaDriver } from './kafka-driver.ts'

const PARTITIONS_AHEAD = 16

interface Lane {
  readonly fetches: FetchLane
  /** The last read of it: reads of one lane come one after the other. */
  last: Promise<unknown>
}

/** Single reads, from a lane for each leader that they share. */
export class LaneByLeader {
  readonly #options: LaneOptions
  #driver: KafkaDriver | undefined
  #lanes = new Map<number, Lane>()
  #leaders = new Map<string, number>()

  constructor(options: LaneOptions) {
    this.#options = options
  }

  async read(from: Position, maxRecords: number): Promise<LogRecord[]> {
    const lane = this.#lane(await this.#leaderOf(from))
    const reading = lane.last.then(() => lane.fetches.read(from, maxRecords))
    lane.last = reading.catch(() => {})
    return reading
  }

  async #leaderOf(from: Position): Promise<number> {
    this.#forgetOldDriver()
    const known = this.#leaders.get(partitionName(from))
    if (known !== undefined) return known
    const { supervisor } = this.#options
    const [leader] = await supervisor.run('Asking for leaders', (driver) => driver.leaders([from]))
    this.#forgetOldDriver()
    this.#leaders.set(partitionName(from), leader!)
    return leader!
  }

  #lane(leader: number): Lane {
    const lane = this.#lanes.get(leader) ?? {
      fetches: new FetchLane(this.#options, leader, PARTITIONS_AHEAD),
      last: Promise.resolve(),
    }
    this.#lanes.set(leader, lane)
    return lane
  }

  /** Lanes and leaders are those of one client. */
  #forgetOldDriver(): void {
    const { driver } = this.#options.supervisor
    if (driver === this.#driver) return
    this.#driver = driver
    this.#lanes = new Map()
    this.#leaders = new Map()
  }
}
