/** What JSON.parse gives. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const DEPTH_MAX = 64

/**
 * Text -> its value; undefined where it is no JSON, lies deeper than 64 levels, or has a number beyond the
 * range of a double (I-JSON, RFC 7493).
 */
export function parseJson(text: string): Json | undefined {
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  return isPlain(json, DEPTH_MAX) ? json : undefined
}

/**
 * One text for every value, by the JSON Canonicalization Scheme (RFC 8785): no blanks, keys sorted by UTF-16
 * units, numbers as ECMAScript writes them. Numbers are doubles: texts of exact decimals belong in strings.
 */
export function canonicalJson(json: Json): string {
  if (isArray(json)) return `[${json.map(canonicalJson).join(',')}]`
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  const members = Object.keys(json)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(json[key]!)}`)
  return `{${members.join(',')}}`
}

export function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

function isPlain(json: Json, depth: number): boolean {
  if (typeof json === 'number') return Number.isFinite(json)
  if (typeof json !== 'object' || json === null) return true
  return depth > 0 && Object.values(json).every((item) => isPlain(item, depth - 1))
}
