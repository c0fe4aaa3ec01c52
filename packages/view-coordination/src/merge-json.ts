import { formatDecimal, parseDecimal } from '@waggle/base'
import { canonicalJson, isArray, type Json } from './canonical-json.ts'

/** Merges are joins: commutative, associative and idempotent on what they can merge; undefined elsewhere. */
export type MergeJson = (a: Json, b: Json) => Json | undefined

/** Longer decimals than `decimal(38, 9)` holds, sign and point included, are no numbers here. */
const DECIMAL_LENGTH_MAX = 40

/** The larger of two numbers, or of two strings that hold decimals, which are compared exactly. */
export const mergeMax: MergeJson = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return Math.max(a, b)
  const [x, y] = [decimalIn(a), decimalIn(b)]
  return x === undefined || y === undefined ? undefined : formatDecimal(x > y ? x : y)
}

/**
 * Arrays as sets, sorted by the canonical text of their items; objects by key, where values that both have
 * must be equal or unite in their turn. Anything else unites only with what equals it.
 */
export const mergeUnion: MergeJson = (a, b) => {
  if (isArray(a) && isArray(b)) return setOf([...a, ...b])
  if (isObject(a) && isObject(b)) return uniteObjects(a, b)
  return canonicalJson(a) === canonicalJson(b) ? a : undefined
}

function uniteObjects(a: JsonObject, b: JsonObject): Json | undefined {
  const members = new Map<string, Json>()
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const ofA = Object.hasOwn(a, key) ? a[key]! : b[key]!
    const ofB = Object.hasOwn(b, key) ? b[key]! : a[key]!
    const united = mergeUnion(ofA, ofB)
    if (united === undefined) return undefined
    members.set(key, united)
  }
  return Object.fromEntries(members)
}

function setOf(items: readonly Json[]): Json {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]))
  return [...byText.keys()].sort().map((text) => byText.get(text)!)
}

type JsonObject = { readonly [key: string]: Json }

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !isArray(json)
}

function decimalIn(json: Json): bigint | undefined {
  return typeof json === 'string' && json.length <= DECIMAL_LENGTH_MAX
    ? parseDecimal(json)
    : undefined
}
