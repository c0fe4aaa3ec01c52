/** A place in the log; offsets are texts, for they outgrow JSON's numbers. */
export interface PositionJson {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

const POSITION = /^([A-Za-z0-9._-]+)\/(\d+)@(\d+)$/

/** Positions as a token; their order does not matter. */
export function tokenOf(positions: Iterable<PositionJson>): string {
  return [...positions]
    .map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`)
    .sort()
    .join(',')
}

/** Undefined for a text that is no token; the empty text is the token of nothing. */
export function parsePositions(token: string): PositionJson[] | undefined {
  if (token === '') return []
  const found: PositionJson[] = []
  for (const part of token.split(',')) {
    const match = POSITION.exec(part)
    if (match === null) return undefined
    const [, topic = '', partition = '', offset = ''] = match
    found.push({ topic, partition: Number(partition), offset })
  }
  return found
}

/** What includes both: the further position of each partition. */
export function joinTokens(a: string, b: string): string {
  const furthest = new Map<string, PositionJson>()
  for (const position of [...(parsePositions(a) ?? []), ...(parsePositions(b) ?? [])]) {
    const name = `${position.topic}/${position.partition}`
    const known = furthest.get(name)
    if (known === undefined || BigInt(known.offset) < BigInt(position.offset))
      furthest.set(name, position)
  }
  return tokenOf(furthest.values())
}
