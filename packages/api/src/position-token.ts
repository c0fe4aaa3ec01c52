import { z } from 'zod'
import { parsePositions } from './positions.ts'

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
