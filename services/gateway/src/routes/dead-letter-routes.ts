import { ROUTES } from '@waggle/api'
import { parsePosition, positionText } from '@waggle/event'
import { bindRoute } from '../bind-route.ts'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { deadLetterJson, newestDeadLetters } from '../operations/dead-letters.ts'
import { replayDeadLetter } from '../operations/replay-dead-letter.ts'
import { positionsOf } from '../read-scope.ts'

const LIMIT = 100

/** What was refused, and how it is given again. */
export function bindDeadLetterRoutes(app: GatewayApp, { bus }: GatewayParts): void {
  bindRoute(app, ROUTES.deadLetters, async ({ query: { before, code, limit = LIMIT } }) => {
    const letters = await newestDeadLetters(bus.log, {
      before: before === undefined ? [] : positionsOf(before, 'before'),
      code,
      limit,
    })
    const data = await Promise.all(letters.map((letter) => deadLetterJson(bus, letter)))
    return { data, freshness: { position: '', age_ms: 0 } }
  })

  bindRoute(app, ROUTES.replayDeadLetter, async ({ params }) => {
    const text = params['position']!
    const at = parsePosition(text)
    if (at === undefined)
      throw new GatewayFault('REQUEST_INVALID', `position: ${text.slice(0, 80)} is no position`, {
        field: 'position',
      })
    return { data: { position: positionText(await replayDeadLetter(bus, at)) } }
  })
}
