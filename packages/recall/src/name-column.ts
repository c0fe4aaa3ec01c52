/** One name per ordinal, kept as a small number, with the ordinals of each name. */
export interface NameColumn {
  /** Different names so far. */
  readonly names: number
  push(name: string): void
  at(ordinal: number): number
  /** Ids of those names that occur, each once. */
  idsOf(names: readonly string[]): number[]
  /** Ordinals with one of the ids. */
  sizeOf(ids: readonly number[]): number
  ordinalsOf(id: number): readonly number[]
  each(ids: readonly number[], visit: (ordinal: number) => void): void
  test(ids: readonly number[]): (ordinal: number) => boolean
}

export function createColumn(): NameColumn {
  const idByName = new Map<string, number>()
  const ordinalsById: number[][] = []
  const ids: number[] = []
  return {
    get names() {
      return ordinalsById.length
    },
    push: (name) => {
      let id = idByName.get(name)
      if (id === undefined) {
        id = ordinalsById.push([]) - 1
        idByName.set(name, id)
      }
      ordinalsById[id]!.push(ids.push(id) - 1)
    },
    at: (ordinal) => ids[ordinal]!,
    idsOf: (names) => [...new Set(names)].flatMap((name) => idByName.get(name) ?? []),
    sizeOf: (wanted) => wanted.reduce((sum, id) => sum + ordinalsById[id]!.length, 0),
    ordinalsOf: (id) => ordinalsById[id]!,
    each: (wanted, visit) => {
      for (const id of wanted) for (const ordinal of ordinalsById[id]!) visit(ordinal)
    },
    test: (wanted) => {
      const set = new Uint8Array(ordinalsById.length)
      for (const id of wanted) set[id] = 1
      return (ordinal) => set[ids[ordinal]!] === 1
    },
  }
}
