/** Which document stands in which place of a graph. */
export interface Slots {
  /** Places given out. */
  readonly size: number
  /** Places that stand for nothing. */
  readonly dead: number
  /** A new place, for this ordinal or for nothing (-1). */
  open(ordinal: number): number
  /** A dead place stands for the ordinal from now on. */
  bind(ordinal: number, slot: number): void
  /** The place of the ordinal, if it has one. */
  slotsOf(ordinal: number): number[]
  /** -1 for nothing. */
  ordinalAt(slot: number): number
  retire(ordinal: number): void
}

export function createSlots(): Slots {
  const ordinalBySlot: number[] = []
  const slotByOrdinal = new Map<number, number>()
  let dead = 0
  return {
    get size() {
      return ordinalBySlot.length
    },
    get dead() {
      return dead
    },
    open: (ordinal) => {
      const slot = ordinalBySlot.push(ordinal) - 1
      if (ordinal < 0) dead++
      else slotByOrdinal.set(ordinal, slot)
      return slot
    },
    bind: (ordinal, slot) => {
      ordinalBySlot[slot] = ordinal
      slotByOrdinal.set(ordinal, slot)
      dead--
    },
    slotsOf: (ordinal) => {
      const slot = slotByOrdinal.get(ordinal)
      return slot === undefined ? [] : [slot]
    },
    ordinalAt: (slot) => ordinalBySlot[slot]!,
    retire: (ordinal) => {
      const slot = slotByOrdinal.get(ordinal)
      if (slot === undefined) return
      slotByOrdinal.delete(ordinal)
      ordinalBySlot[slot] = -1
      dead++
    },
  }
}
