import { describe, expect, it } from 'vitest'
import { avroFields, typeText } from './avro-fields.ts'
import { diffFields } from './diff-fields.ts'

const record = (...fields: unknown[]) => ({ type: 'record', name: 'R', fields })

describe('fields of a schema', () => {
  it('names types on one line', () => {
    expect(typeText(['null', { type: 'long', logicalType: 'timestamp-micros' }])).toBe(
      'null | timestamp-micros',
    )
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 9 }
    expect(typeText({ type: 'array', items: decimal })).toBe('array<decimal(38, 9)>')
    expect(typeText({ type: 'enum', name: 'E', symbols: ['A', 'B'] })).toBe('enum(A, B)')
  })

  it('lists nested records by their paths', () => {
    const inner = { type: 'record', name: 'In', fields: [{ name: 'id', type: 'string' }] }
    const paths = avroFields(record({ name: 'inputs', type: { type: 'array', items: inner } }))
    expect(paths.map(({ path, type }) => `${path}: ${type}`)).toEqual([
      'inputs: array<record In>',
      'inputs.id: string',
    ])
  })
})

describe('two versions of a schema', () => {
  it('differ by what was added, removed and changed', () => {
    const a = record({ name: 'x', type: 'int' }, { name: 'gone', type: 'string' })
    const b = record(
      { name: 'x', type: 'long' },
      { name: 'new', type: ['null', 'string'], default: null },
    )
    const changes = diffFields(avroFields(a), avroFields(b))
    expect(changes.map(({ path, change }) => `${change} ${path}`)).toEqual([
      'changed x',
      'added new',
      'removed gone',
    ])
    expect(changes[1]!.after!.fallback).toBe('null')
  })
})
