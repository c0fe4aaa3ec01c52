import { GatewayFault, type GatewayCode } from '../gateway-fault.ts'
import { AnalystFault, type AnalystDoor } from './analyst-door.ts'

export interface Select {
  readonly text: string
  readonly params: Readonly<Record<string, string | number | boolean>>
  readonly swarms: readonly string[] | undefined
  readonly maxRows: number
  readonly signal: AbortSignal
}

export interface SelectedRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly truncated: boolean
}

interface JsonCompact {
  readonly meta: readonly { readonly name: string; readonly type: string }[]
  readonly data: readonly (readonly unknown[])[]
}

const FORMAT = 'JSONCompact'
const BYTES_MAX = 32 * 1024 * 1024

/**
 * One statement of an analyst as rows; 64-bit numbers and decimals are texts. QUERY_REFUSED for what an analyst may
 * not do, QUERY_LIMIT beyond time, memory or size, QUERY_FAILED for what the engine says of it otherwise.
 */
export async function selectRows(
  door: AnalystDoor,
  { text, params, swarms, maxRows, signal }: Select,
): Promise<SelectedRows> {
  const asked = new URLSearchParams({
    output_format_json_quote_64bit_integers: '1',
    output_format_json_quote_decimals: '1',
    // One more than is shown tells that there are more.
    limit: String(maxRows + 1),
  })
  for (const [name, value] of Object.entries(params)) asked.set(`param_${name}`, String(value))
  try {
    const { bytes, format } = await door({
      params: asked,
      body: Buffer.from(text),
      swarms,
      format: FORMAT,
      limits: { max_result_bytes: BYTES_MAX },
      signal,
    })
    if (format !== FORMAT)
      throw new GatewayFault('QUERY_REFUSED', 'Leave out FORMAT: rows are answered as JSON')
    const { meta, data } = JSON.parse(bytes.toString()) as JsonCompact
    return { columns: meta, rows: data.slice(0, maxRows), truncated: data.length > maxRows }
  } catch (error) {
    throw error instanceof AnalystFault ? gatewayFault(error) : error
  }
}

/** ClickHouse's codes of limits: rows, time, memory, result, queries at once, size of the query. */
const LIMITS = new Set([158, 159, 160, 167, 168, 202, 229, 241, 307, 394, 396])
/** ACCESS_DENIED, READONLY, SETTING_CONSTRAINT_VIOLATION. */
const REFUSALS = new Set([164, 452, 497])

function gatewayFault({ code, message }: AnalystFault): GatewayFault {
  const kind: GatewayCode = LIMITS.has(code)
    ? 'QUERY_LIMIT'
    : REFUSALS.has(code)
      ? 'QUERY_REFUSED'
      : 'QUERY_FAILED'
  return new GatewayFault(kind, message)
}
