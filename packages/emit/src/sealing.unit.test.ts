import { describe, expect, it } from 'vitest'
import { isWaggleError, manualClock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { WaggleEvent } from '@waggle/event'
import type { AppendRecord, EventLog } from '@waggle/log'
import { createEmitter, type AnyDraft, type Seal } from './emitter.ts'

const START = 1_700_000_000_000_000

/** An emitter whose events arrive in `appended`, encoded as JSON. */
function emitterWith(seal?: Seal) {
  const appended: WaggleEvent[] = []
  const log = {
    append: async (records: readonly AppendRecord[]) => {
      appended.push(...records.map(({ value }) => JSON.parse(String(value)) as WaggleEvent))
      return records.map(() => ({ topic: 't', partition: 0, offset: 0n, duplicate: false }))
    },
  } as unknown as EventLog
  const codec = {
    encode: (event: WaggleEvent) => Buffer.from(JSON.stringify(event)),
  } as unknown as Codec
  const emitter = createEmitter({
    log,
    codec,
    clock: manualClock(START),
    swarm: 's',
    agent: 'a',
    session: 'x',
    ...(seal === undefined ? {} : { seal }),
  })
  return { emitter, appended }
}

const said = (content: string, subject: string | null = null): AnyDraft => ({
  kind: 'observation',
  domain: 'd',
  source: 's',
  content,
  subject,
})

/** Takes some turns, the longer the text the more of them. */
const slowSeal: Seal = async (event) => {
  const { content } = event as unknown as { content: string }
  for (let turn = 0; turn < content.length; turn++) await Promise.resolve()
  if (content === 'no') throw new Error('no key')
  return { ...event, content: `<${content.length}>` }
}

describe('an emitter with a vault', () => {
  it('keeps the order of the calls while some of them are being encrypted', async () => {
    const { emitter, appended } = emitterWith(slowSeal)
    const calls = ['a long text', 'b', 'the third', 'd'].map((content, index) =>
      emitter.emitAll([said(content, index % 2 === 0 ? 'ada' : null)]),
    )
    const emitted = (await Promise.all(calls)).flat()
    expect(appended.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(appended.map((event) => (event as { content?: string }).content)).toEqual([
      '<11>',
      'b',
      '<9>',
      'd',
    ])
    expect(emitted.map(({ event }) => (event as { content?: string }).content)).toEqual([
      'a long text',
      'b',
      'the third',
      'd',
    ])
    await emitter.emitAll([said('e')])
    expect(appended.at(-1)).toMatchObject({ seq: 5, content: 'e' })
  })

  it('gives no number to what could not be encrypted, and goes on', async () => {
    const { emitter, appended } = emitterWith(slowSeal)
    const failed = emitter.emitAll([said('no', 'ada')])
    const next = emitter.emitAll([said('yes', 'ada')])
    await expect(failed).rejects.toThrow('no key')
    await next
    expect(appended.map(({ seq }) => seq)).toEqual([1])
    expect(emitter.seq).toBe(1)
  })
})

describe('an emitter without a vault', () => {
  it('refuses what is said about a subject, and nothing else', async () => {
    const { emitter, appended } = emitterWith()
    const refusal = await emitter.emitAll([said('a', 'ada')]).catch((error: unknown) => error)
    expect(isWaggleError(refusal, 'CONFIG_INVALID')).toBe(true)
    await emitter.emitAll([said('b')])
    expect(appended.map(({ seq }) => seq)).toEqual([1])
  })
})
