import { ClickHouseFault } from './clickhouse-error.ts'
import { ANALYST_LIMITS, type FacadeUser, type QueryLimits } from './facade-user.ts'

/** Parameters of the HTTP interface that are no settings of the engine. */
const NOT_SETTINGS = new Set(
  `query database default_format query_id user password quota_key session_id session_timeout session_check
  compress decompress role stacktrace close_session add_http_cors_header
  enable_http_compression http_zlib_compression_level wait_end_of_query buffer_size
  send_progress_in_http_headers http_headers_progress_interval_ms http_response_buffer_size
  cancel_http_readonly_queries_on_client_close http_receive_timeout http_send_timeout
  http_connection_timeout http_write_exception_in_output_format
  http_native_compression_disable_checksumming_on_decompress client_protocol_version`.split(/\s+/),
)

/** What an analyst may set: how a result looks, never a file, a limit beyond theirs, or a row filter. */
const ANALYST_MAY_SET =
  /^(output_format_(json|csv|tsv|pretty|native|parquet|arrow|orc|xml|values|markdown|msgpack|decimal|binary|float)_\w+|format_csv_delimiter|date_time_output_format|date_time_input_format|session_timezone|max_threads|max_block_size|join_use_nulls|extremes|max_rows_to_read|max_bytes_to_read|log_comment|result_overflow_mode|use_uncompressed_cache|limit|offset)$/

export type SettingValues = ReadonlyMap<string, string>

/** The settings a request carries, those of the HTTP interface itself left out. */
export function requestedSettings(params: URLSearchParams): SettingValues {
  return new Map(
    [...params].filter(([name]) => !NOT_SETTINGS.has(name) && !name.startsWith('param_')),
  )
}

/**
 * What the engine's session is set to before a request's statement runs; `readonly` comes last, for nothing
 * can be set behind it. Errors: READONLY, SETTING_CONSTRAINT_VIOLATION, UNKNOWN_SETTING.
 */
export function sessionSettings(user: FacadeUser, requested: SettingValues): Map<string, string> {
  const settings = new Map<string, string>()
  const limits: QueryLimits = { ...ANALYST_LIMITS, ...user.limits }
  if (user.role === 'analyst' || user.limits !== undefined) {
    for (const [name, value] of Object.entries(limits)) settings.set(name, String(value))
  }
  for (const [name, value] of requested) {
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw new ClickHouseFault('UNKNOWN_SETTING', `Unknown setting '${name}'`)
    if (user.role === 'analyst') assertAnalystMaySet(limits, name, value)
    settings.set(name, value)
  }
  const readonly = user.role === 'analyst' ? '1' : requested.get('readonly')
  settings.delete('readonly')
  if (readonly !== undefined) settings.set('readonly', readonly)
  return settings
}

function assertAnalystMaySet(limits: QueryLimits, name: string, value: string): void {
  if (name === 'readonly' && value !== '0') return
  if (Object.hasOwn(limits, name)) {
    const most = limits[name as keyof QueryLimits]
    const wanted = Number(value)
    // Zero means no limit.
    if (wanted > 0 && wanted <= most) return
    throw new ClickHouseFault(
      'SETTING_CONSTRAINT_VIOLATION',
      `Setting ${name} shouldn't be greater than ${most}`,
    )
  }
  if (ANALYST_MAY_SET.test(name)) return
  throw new ClickHouseFault('READONLY', `Cannot modify '${name}' setting in readonly mode`)
}

/** A SET statement of settings and `param_*` values, literals quoted. */
export function setStatement(values: Iterable<readonly [name: string, value: string]>): string {
  return `SET ${[...values].map(([name, value]) => `${name} = ${quoted(value)}`).join(', ')}`
}

/** As a literal of ClickHouse, without any semicolon. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll(';', '\\x3B')}'`
}
