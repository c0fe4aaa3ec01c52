import { z } from 'zod'

/** A place in the log; offsets are texts, for they outgrow JSON's numbers. */
export interface PositionJson {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

const POSITION = /^([A-Za-z0-9._-]+)\/(\d+)@(\d+)$/
const TOKEN_MAX = 16_384

/**
 * Positions as one text, such as `waggle.votes.v1/3@17,waggle.signals.v1/0@4`: the last record of each partition
 * that is included. Of a partition that it does not name, nothing is. Every write answers with the token of what it
 * wrote, every read with that of what it saw; `after` takes one, and so do `at` and the live tail.
 */
export const positionToken = z
  .string()
  .max(TOKEN_MAX)
  .refine((token) => parsePositions(token) !== undefined, {
    message: 'is no list of positions such as waggle.votes.v1/3@17',
  })
  .meta({ id: 'PositionToken', example: 'waggle.votes.v1/3@17' })

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
