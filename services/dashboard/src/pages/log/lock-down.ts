/** What the language itself gives; everything else of a worker reaches out, or could tell what it saw. */
const LANGUAGE: ReadonlySet<PropertyKey> = new Set(
  [
    'globalThis undefined NaN Infinity isFinite isNaN parseFloat parseInt',
    'decodeURI decodeURIComponent encodeURI encodeURIComponent',
    'Object Array Map Set WeakMap WeakSet Boolean String Symbol Number BigInt Math Date RegExp JSON Intl',
    'Error TypeError RangeError SyntaxError ReferenceError Promise Proxy Reflect Iterator',
    'ArrayBuffer DataView Uint8Array Uint16Array Uint32Array Int8Array Int16Array Int32Array',
    'Float32Array Float64Array BigInt64Array BigUint64Array',
  ].flatMap((line) => line.split(' ')),
)

/**
 * Takes from a worker's scope all but the language: network, storage, timers, other workers and the making of code
 * out of texts. The content security policy of the worker's file bars the network a second time.
 */
export function lockDown(scope: object): void {
  let object: object | null = scope
  while (object !== null && object !== Object.prototype) {
    for (const name of Reflect.ownKeys(object))
      if (!LANGUAGE.has(name)) Reflect.deleteProperty(object, name)
    object = Object.getPrototypeOf(object) as object | null
  }
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}])
    Object.defineProperty(Object.getPrototypeOf(made), 'constructor', { value: undefined })
}

/** `import(…)` is a word of the language and cannot be taken away. */
export const importsCode = (source: string): boolean => /\bimport\s*[(./]/.test(source)
