import { z } from 'zod'
import { knownEvent } from './events.ts'
import { liveStats } from './operations.ts'
import { positionToken } from './position-token.ts'
import { problem } from './problem.ts'

/** A message of the live tail, by its fields on the wire; `data` is sent as JSON in one line. */
export const liveMessage = z
  .discriminatedUnion('event', [
    z.object({
      event: z.literal('events'),
      /** Everything sent so far; Last-Event-ID goes on behind it. */
      id: positionToken,
      data: z.array(knownEvent),
    }),
    z.object({ event: z.literal('stats'), data: liveStats }),
    /** The last one. */
    z.object({ event: z.literal('problem'), data: problem }),
  ])
  .meta({ id: 'LiveMessage' })
