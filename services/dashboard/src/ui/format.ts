/** Microseconds since 1970 as ISO 8601 in UTC, to the microsecond where there are any. */
export function isoOf(micros: number): string {
  const ms = Math.floor(micros / 1000)
  const rest = micros - ms * 1000
  const iso = new Date(ms).toISOString()
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** ISO 8601 or microseconds, as the gateway takes them; undefined for a text that is no time. */
export function microsOfText(text: string): number | undefined {
  if (/^-?\d+$/.test(text)) return Number(text)
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return undefined
  const fraction = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? ''
  return ms * 1000 + Number(fraction.padEnd(3, '0'))
}

/** Such as `2009-03-09 14:30:00`, always UTC; the day alone at midnight. */
export function timeText(micros: number): string {
  const iso = isoOf(micros)
  const time = iso.slice(11, 19)
  return time === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${time}`
}

/** A decimal as text with groups of three digits; exact, whatever its length. */
export function groupDigits(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202F')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** A number for reading: up to `digits` behind the point. */
export function numberText(value: number | null, digits = 2): string {
  if (value === null) return '–'
  return groupDigits(
    value
      .toFixed(digits)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
  )
}

export function percentText(share: number | null, digits = 1): string {
  return share === null ? '–' : `${(100 * share).toFixed(digits)} %`
}

/** Bytes such as `1.4 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
