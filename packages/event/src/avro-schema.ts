/** The Avro subset of Waggle's schemas (schemas/README.md), with the constraints they carry. */
export type AvroType = string | readonly AvroType[] | AvroComplex

export interface AvroComplex {
  readonly type: string
  readonly name?: string
  readonly namespace?: string
  readonly logicalType?: string
  readonly precision?: number
  readonly scale?: number
  readonly size?: number
  readonly items?: AvroType
  readonly values?: AvroType
  readonly symbols?: readonly string[]
  readonly fields?: readonly AvroField[]
}

/** Bounds of a field, checked at emit on the value and at projection on the bytes. */
export interface Constraints {
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

export interface AvroField extends Constraints {
  readonly name: string
  readonly type: AvroType
  readonly default?: unknown
  readonly doc?: string
  /** Encrypted at emit where the event has a subject, so that destroying the subject's key erases it. */
  readonly erasable?: boolean
}

export interface AvroRecord extends AvroComplex {
  readonly type: 'record'
  readonly name: string
  readonly fields: readonly AvroField[]
}

/** The branch of `["null", T]` that holds values; any other type is returned as it is. */
export function valueBranch(type: AvroType): AvroType {
  return isUnion(type) ? (type.find((branch) => branch !== 'null') ?? 'null') : type
}

/** Whether a type is a union. */
export function isUnion(type: AvroType): type is readonly AvroType[] {
  return Array.isArray(type)
}

/** The name that says how a type is written: 'long', 'array', 'record' … */
export function typeName(type: AvroType): string {
  return typeof type === 'string' ? type : isUnion(type) ? 'union' : type.type
}

/** Logical type of a type; undefined where it has none. */
export function logicalTypeOf(type: AvroType): string | undefined {
  return typeof type === 'string' || isUnion(type) ? undefined : type.logicalType
}

/** DateTime64 of ClickHouse from below and LIMITS.longMax from above bound what a timestamp may be. */
export const TIMESTAMP_MIN = Date.UTC(1900, 0, 1) * 1000
export const TIMESTAMP_MAX = Date.UTC(2112, 0, 1) * 1000

/** The complex type behind a name, or an error: unions and primitives are handled before. */
export function complexTypeOf(type: AvroType): AvroComplex {
  if (typeof type !== 'string' && !isUnion(type)) return type
  throw new Error(`Avro type outside the subset: ${JSON.stringify(type)}`)
}
