import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { manualClock } from '@waggle/base'
import type { Parameter } from '@waggle/event'
import { PROCEDURE, teller } from '../../../test/support/memory-steps.ts'
import { bindParameters } from './bind-parameters.ts'
import { runProcedure } from './run-procedure.ts'

const parameter = (
  name: string,
  type: Parameter['type'],
  rest: Partial<Parameter> = {},
): Parameter => ({ name, type, required: true, default_value: null, description: '', ...rest })

const procedure = (args: unknown, parameters: Parameter[], tool: string | null = 'order') => ({
  name: 'enter',
  steps: [{ action: 'Buy ${size} of ${symbol}', tool, arguments: JSON.stringify(args) }],
  parameters,
})

const SIZED = [
  parameter('symbol', 'STRING'),
  parameter('size', 'INTEGER', { required: false, default_value: '10' }),
  parameter('note', 'JSON', { required: false }),
]

describe('parameters of a procedure', () => {
  it('fill texts, and stand with their type where a text is nothing else', () => {
    const form = { what: '${symbol}', how: ['${size}', 'x${size}'], raw: '$${size}', no: '${note}' }
    expect(bindParameters(procedure(form, SIZED), { symbol: 'ACME' })).toEqual([
      {
        action: 'Buy 10 of ACME',
        tool: 'order',
        arguments: { what: 'ACME', how: [10, 'x10'], raw: '${size}', no: null },
      },
    ])
  })

  it('are named, each one that is missing, wrong or unknown', () => {
    const bad = { size: 1.5, extra: 1 }
    expect(() => bindParameters(procedure({ a: '${nobody}' }, SIZED), bad)).toThrow(
      expect.objectContaining({
        code: 'PARAMETER_INVALID',
        input: [
          'symbol is missing',
          'size is no INTEGER',
          'extra is no parameter',
          'step 1 asks for nobody, which is no parameter',
        ],
      }),
    )
    for (const [type, value] of [
      ['STRING', 1],
      ['NUMBER', NaN],
      ['BOOLEAN', 'true'],
      ['JSON', { a: () => 1 }],
    ] as const)
      expect(() => bindParameters(procedure({}, [parameter('p', type)]), { p: value })).toThrow(
        `p is no ${type}`,
      )
    const broken = [parameter('p', 'JSON', { default_value: '{' })]
    expect(() => bindParameters(procedure({}, broken), {})).toThrow('the default of p is no JSON')
  })

  it('cannot change the form of a step, whatever their values are', () => {
    const form = { deep: ['${p}', { text: 'a ${p} b' }], fixed: 1 }
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const [step] = bindParameters(procedure(form, [parameter('p', 'JSON')]), { p: value })
        const text = typeof value === 'string' ? value : JSON.stringify(value)
        expect(step!.arguments).toEqual({ deep: [value, { text: `a ${text} b` }], fixed: 1 })
      }),
    )
    const [nested] = bindParameters(
      procedure({ a: '${p}', b: '${q}' }, [parameter('p', 'STRING'), parameter('q', 'STRING')]),
      { p: '${q}', q: '${p}"}' },
    )
    expect(nested!.arguments).toEqual({ a: '${q}', b: '${p}"}' })
  })
})

describe('a run of a procedure', () => {
  const { event } = teller().say({
    ...PROCEDURE,
    steps: [
      { action: 'look', tool: 'look', arguments: '{"at":"${symbol}"}' },
      { action: 'think', tool: null, arguments: '' },
      { action: 'order', tool: 'order', arguments: '{}' },
    ],
    parameters: [parameter('symbol', 'STRING')],
  })
  const shown = { event, version: 3 }

  it('does the steps in order and tells how it went', async () => {
    const clock = manualClock(1)
    const order = (): string => {
      clock.advance(2500)
      return 'done'
    }
    const look = (args: unknown): unknown => args
    const run = await runProcedure(shown, { symbol: 'X' }, { tools: { look, order }, clock })
    expect(run.results.map(({ result }) => result)).toEqual([{ at: 'X' }, undefined, 'done'])
    expect(run.draft).toEqual({
      kind: 'execution',
      namespace: 'ann',
      procedure: 'enter',
      version: 3,
      arguments: '{"symbol":"X"}',
      success: true,
      duration_ms: 2.5,
      error: null,
    })
  })

  it('stops at the first failure; without arguments or tools it does nothing', async () => {
    const clock = manualClock(1)
    const done: string[] = []
    const tools = {
      look: async () => Promise.reject(new Error('no market')),
      order: () => done.push('order'),
    }
    const run = await runProcedure(shown, { symbol: 'X' }, { tools, clock })
    expect(run).toMatchObject({ success: false, results: [], draft: { error: 'no market' } })
    const { order } = tools
    await expect(runProcedure(shown, { symbol: 'X' }, { tools: { order }, clock })).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', input: ['look'] }),
    )
    await expect(runProcedure(shown, {}, { tools, clock })).rejects.toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    )
    expect(done).toEqual([])
  })
})
