import { ClickHouseFault } from './clickhouse-error.ts'
import { openEngine } from './engine.ts'
import { ANALYST_LIMITS, type FacadeUser } from './facade-user.ts'
import type { FacadeRequest } from './request.ts'
import { runQuery, type QueryAnswer } from './run-query.ts'

/** The facade without a server: how a process that serves others asks the embedded store on their behalf. */
export interface QueryDoor {
  /** Errors: those of ClickHouse, as it words them; see `faultAnswer`. */
  ask(user: FacadeUser, request: FacadeRequest, format?: string): Promise<QueryAnswer>
  close(): void
}

export interface QueryDoorOptions {
  /** Folder of the analytical store, as `openChdbStore` takes it. */
  readonly folder: string
  readonly database?: string
  /** Queries at the same time; more are refused. */
  readonly maxQueries?: number
}

const MAX_QUERIES = 8

export async function openQueryDoor(options: QueryDoorOptions): Promise<QueryDoor> {
  const { folder, database, maxQueries = MAX_QUERIES } = options
  const engine = await openEngine(folder, database)
  let running = 0
  return {
    ask: async (user, request, format) => {
      if (running >= maxQueries) {
        const what = `Too many simultaneous queries. Maximum: ${maxQueries}`
        throw new ClickHouseFault('TOO_MANY_SIMULTANEOUS_QUERIES', what)
      }
      running++
      try {
        return bounded(await runQuery(engine, user, request, format), user)
      } finally {
        running--
      }
    },
    close: () => engine.close(),
  }
}

/** The embedded engine does not hold what it hands over whole to `max_result_bytes`. */
function bounded(answer: QueryAnswer, { limits }: FacadeUser): QueryAnswer {
  const most = limits?.max_result_bytes ?? ANALYST_LIMITS.max_result_bytes
  if (answer.bytes.length <= most) return answer
  const what = `Limit for result exceeded, max bytes: ${most}, current bytes: ${answer.bytes.length}`
  throw new ClickHouseFault('TOO_MANY_ROWS_OR_BYTES', what)
}
