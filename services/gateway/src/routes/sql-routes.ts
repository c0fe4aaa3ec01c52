import { ROUTES } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { selectRows } from '../analyst/select-rows.ts'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { authorize, type Principal } from '../principal.ts'

const ROWS = 10_000

/** One SELECT of an analyst. */
export function bindSqlRoutes(app: GatewayApp, { analyst, clock }: GatewayParts): void {
  bindRoute(app, ROUTES.sql, async ({ query: { swarm }, body, principal, signal }) => {
    if (analyst === undefined)
      throw new WaggleError('VIEW_MISCONFIGURED', 'This bus keeps no analytical store')
    authorize(principal, { verb: 'sql', swarm })
    const { query: text, params = {}, max_rows: maxRows = ROWS } = body
    const began = clock.now()
    const swarms = swarmsOf(principal, swarm)
    const { columns, rows, truncated } = await selectRows(analyst, {
      text,
      params,
      swarms,
      maxRows,
      signal,
    })
    const elapsed = Math.max(0, clock.now() - began) / 1000
    return {
      data: {
        columns: columns.map(({ name, type }) => ({ name, type })),
        rows: rows.map((row) => [...row]),
        truncated,
        elapsed_ms: elapsed,
      },
    }
  })
}

/** Swarms a token's queries are bound to; undefined for all. */
export function swarmsOf({ swarms }: Principal, asked?: string): readonly string[] | undefined {
  if (asked !== undefined) return [asked]
  return swarms.includes('*') ? undefined : swarms
}
