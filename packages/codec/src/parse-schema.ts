import { WaggleError } from '@waggle/base'
import { defaultProblem } from './schema-default.ts'

/** An Avro schema with its names resolved: a reference is the node itself, so the graph may have cycles. */
export interface SchemaNode {
  /** 'long', 'record', 'union' … */
  readonly type: string
  /** Full name of a record, enum or fixed. */
  readonly name?: string
  /** Full names. */
  readonly aliases: readonly string[]
  readonly fields: readonly FieldNode[]
  readonly branches: readonly SchemaNode[]
  /** Of an array's items or a map's values. */
  readonly items?: SchemaNode
  readonly symbols: readonly string[]
  /** The symbol an enum reads for one it does not know. */
  readonly fallback?: string
  readonly size?: number
  /** 'precision,scale' of a decimal. */
  readonly decimal?: string
}

export interface FieldNode {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: SchemaNode
  readonly hasDefault: boolean
}

type Draft = { -readonly [K in keyof SchemaNode]: SchemaNode[K] }
type Json = Readonly<Record<string, unknown>>

const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const NAMESPACE = /^([A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*)?$/
/** What bounds recursion and work: a verdict must not depend on the stack or the patience of a process. */
const JSON_DEPTH_MAX = 128
const JSON_VALUES_MAX = 50_000
const NAMED_TYPES_MAX = 500

/**
 * JSON -> schema graph, by the rules of the Avro 1.12 specification ("Schema Declaration", "Names").
 * SCHEMA_INVALID says where and why.
 */
export function parseSchema(json: unknown): SchemaNode {
  checkSize(json)
  return new Parser().parse(json, '', '')
}

class Parser {
  readonly #named = new Map<string, SchemaNode>()

  parse(json: unknown, namespace: string, path: string): SchemaNode {
    if (typeof json === 'string') return this.#reference(json, namespace, path)
    if (Array.isArray(json)) return this.#union(json, namespace, path)
    if (typeof json !== 'object' || json === null)
      fail(path, 'neither a name, a list nor an object')
    const { type } = json as Json
    if (typeof type !== 'string') fail(path, 'a type without a name')
    return this.#complex(type, json as Json, namespace, path)
  }

  #reference(name: string, namespace: string, path: string): SchemaNode {
    if (PRIMITIVES.has(name)) return node(name)
    const found = this.#named.get(fullName(name, namespace))
    return found ?? fail(path, `unknown type ${JSON.stringify(name.slice(0, 80))}`)
  }

  #complex(type: string, json: Json, namespace: string, path: string): SchemaNode {
    switch (type) {
      case 'array':
      case 'map': {
        const at = type === 'array' ? `${path}[]` : `${path}{}`
        const items = json[type === 'array' ? 'items' : 'values']
        return { ...node(type), items: this.parse(items, namespace, at) }
      }
      case 'record':
      case 'error':
        return this.#record(json, namespace, path)
      case 'enum':
        return this.#enum(json, namespace, path)
      case 'fixed': {
        const { size } = json
        if (!Number.isSafeInteger(size) || (size as number) < 0) fail(path, 'fixed without a size')
        return this.#define('fixed', json, namespace, path, {
          size: size as number,
          ...decimalOf(json),
        })
      }
      default: {
        const base = this.#reference(type, namespace, path)
        return base.type === 'bytes' ? { ...base, ...decimalOf(json) } : base
      }
    }
  }

  #union(json: readonly unknown[], namespace: string, path: string): SchemaNode {
    const branches = json.map((branch) => this.parse(branch, namespace, path))
    const kinds = branches.map(({ type, name }) => name ?? type)
    if (kinds.includes('union')) fail(path, 'a union directly in a union')
    if (new Set(kinds).size < kinds.length) fail(path, 'a union with the same type twice')
    return { ...node('union'), branches }
  }

  #enum(json: Json, namespace: string, path: string): SchemaNode {
    const symbols = json['symbols']
    if (!Array.isArray(symbols) || !symbols.every(isName)) fail(path, 'enum without symbols')
    if (new Set(symbols).size < symbols.length) fail(path, 'enum with the same symbol twice')
    const fallback = json['default']
    if (fallback === undefined) return this.#define('enum', json, namespace, path, { symbols })
    if (typeof fallback !== 'string' || !symbols.includes(fallback))
      fail(path, 'the default of the enum is no symbol of it')
    return this.#define('enum', json, namespace, path, { symbols, fallback })
  }

  #record(json: Json, namespace: string, path: string): SchemaNode {
    const { fields } = json
    if (!Array.isArray(fields)) fail(path, 'record without fields')
    const record = this.#define('record', json, namespace, path, {})
    const inner = record.name!.split('.').slice(0, -1).join('.')
    const nodes = fields.map((field: unknown) => this.#field(field, inner, path))
    const names = nodes.map(({ name }) => name)
    if (new Set(names).size < names.length) fail(path, 'record with the same field twice')
    record.fields = nodes
    return record
  }

  #field(json: unknown, namespace: string, path: string): FieldNode {
    if (typeof json !== 'object' || json === null) fail(path, 'a field that is no object')
    const { name, type, aliases, default: value } = json as Json
    if (!isName(name)) fail(path, `bad field name ${JSON.stringify(name)?.slice(0, 80)}`)
    const at = `${path}.${name}`
    const parsed = this.parse(type, namespace, at)
    const problem = value === undefined ? undefined : defaultProblem(parsed, value)
    if (problem !== undefined) fail(at, problem)
    return {
      name,
      aliases: aliasesOf(aliases, at),
      type: parsed,
      hasDefault: value !== undefined,
    }
  }

  #define(
    type: string,
    json: Json,
    namespace: string,
    path: string,
    rest: Partial<SchemaNode>,
  ): Draft {
    const own = json['namespace'] ?? namespace
    if (typeof own !== 'string' || !NAMESPACE.test(own)) fail(path, 'bad namespace')
    const given = json['name']
    if (typeof given !== 'string' || given === '' || !NAMESPACE.test(given)) fail(path, 'bad name')
    const name = fullName(given, own)
    if (PRIMITIVES.has(name) || this.#named.has(name)) fail(path, `${name} is defined already`)
    const inner = name.split('.').slice(0, -1).join('.')
    const aliases = aliasesOf(json['aliases'], path).map((alias) => fullName(alias, inner))
    if (this.#named.size >= NAMED_TYPES_MAX) fail(path, `more than ${NAMED_TYPES_MAX} named types`)
    const defined: Draft = { ...node(type), name, aliases, ...rest }
    this.#named.set(name, defined)
    return defined
  }
}

/** Level by level, for the stack to stay flat. */
function checkSize(json: unknown): void {
  let values = 0
  let level = [json]
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length
    if (depth > JSON_DEPTH_MAX) fail('', `nested deeper than ${JSON_DEPTH_MAX}`)
    if (values > JSON_VALUES_MAX) fail('', `more than ${JSON_VALUES_MAX} values`)
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
}

function node(type: string): Draft {
  return { type, aliases: [], fields: [], branches: [], symbols: [] }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name)
}

function aliasesOf(aliases: unknown, path: string): readonly string[] {
  if (aliases === undefined) return []
  const named = Array.isArray(aliases) && aliases.every((a) => typeof a === 'string' && a !== '')
  return named ? (aliases as string[]) : fail(path, 'aliases that are no names')
}

/** A decimal that is not valid is read as the type under it, as the specification asks. */
function decimalOf({ logicalType, precision, scale = 0 }: Json): { decimal?: string } {
  const valid =
    logicalType === 'decimal' &&
    Number.isSafeInteger(precision) &&
    Number.isSafeInteger(scale) &&
    (scale as number) >= 0 &&
    (precision as number) >= Math.max(1, scale as number)
  return valid ? { decimal: `${String(precision)},${String(scale)}` } : {}
}

function fail(path: string, reason: string): never {
  throw new WaggleError('SCHEMA_INVALID', `${path === '' ? 'The schema' : path}: ${reason}`, {
    field: path,
  })
}
