import { formatDecimal, isoOf } from '@waggle/base'

/** Fields that hold microseconds. */
const TIMES: ReadonlySet<string> = new Set([
  'at',
  'from',
  'to',
  'openedAt',
  'closedAt',
  'latestCutoff',
])

/** JSON with decimals and times as text; what is undefined is null. Equal reports give equal bytes. */
export function reportJson(report: object, indent?: number): string {
  return JSON.stringify(plain(report, ''), undefined, indent)
}

function plain(value: unknown, field: string): unknown {
  if (typeof value === 'bigint') return formatDecimal(value)
  if (value === undefined) return null
  if (typeof value === 'number')
    return TIMES.has(field) && Number.isFinite(value) ? isoOf(value) : value
  if (Array.isArray(value)) return value.map((item) => plain(item, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, key)]))
}
