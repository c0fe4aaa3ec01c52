import { describe, expect, it } from 'vitest'
import { seededRandom } from '@waggle/base'
import { createEmitter } from '@waggle/emit'
import {
  fork,
  forkEvents,
  openRecordings,
  recordedModel,
  type ModelAnswer,
  type RecordMode,
} from '@waggle/fork'
import { createMemoryVault, type Vault } from '@waggle/vault'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

interface Asking {
  readonly bus: MemoryBus
  readonly vault: Vault
  readonly asked: unknown[]
  /** The model as an agent of a run has it; it answers with how often it was asked. */
  model(
    mode: RecordMode,
    run: string | null,
    runs: readonly (string | null)[],
  ): Promise<ReturnType<typeof recordedModel>>
}

async function asking(): Promise<Asking> {
  const vault = createMemoryVault(seededRandom(7))
  const bus = await memoryBus({ seal: vault.seal })
  const asked: unknown[] = []
  const ask = async (request: unknown): Promise<ModelAnswer> => {
    asked.push(request)
    if (request === 'fail') throw new Error('overloaded')
    return { response: { nth: asked.length }, tokensIn: 3, tokensOut: 5 }
  }
  return {
    bus,
    vault,
    asked,
    model: async (mode, run, runs) => {
      const session = `model-${run}-${asked.length}`
      const { log, codec, clock } = bus
      const emitter = createEmitter({
        ...bus,
        swarm: SWARM,
        agent: 'ann',
        run,
        session,
        seal: vault.seal,
      })
      const recordings = await openRecordings({ log, codec, swarm: SWARM, runs, vault })
      return recordedModel(ask, { mode, agent: 'ann', emitter, clock, recordings })
    },
  }
}

describe('recorded calls of models', () => {
  it('answer again by content, in the order they were made, and failures fail again', async () => {
    const { asked, bus, model } = await asking()
    const live = await model('record', null, [])
    const request = { prompt: 'why', temperature: 0 }
    const answers = [await live(request), await live(request)]
    await expect(live('fail')).rejects.toThrow('overloaded')
    expect(answers).toEqual([{ nth: 1 }, { nth: 2 }])

    const from = { at: bus.clock.now() }
    bus.clock.advance(1)
    await live('behind the fork point')
    await fork({ bus, swarm: SWARM, parent: null, run: 'fork:a', from })
    const again = await model('strict', 'fork:a', [null, 'fork:a'])
    // Keys in another order are the same request.
    const same = { temperature: 0, prompt: 'why' }
    expect([await again(same), await again(same), await again(same)]).toEqual([
      ...answers,
      answers[1],
    ])
    await expect(again('fail')).rejects.toThrow('overloaded')
    expect(await again('behind the fork point')).toEqual({ nth: 4 })
    expect(asked).toHaveLength(4)
  })

  it('strictly stop at one that nobody made and name the step; replay makes and records it, in its own run', async () => {
    const { asked, bus, model } = await asking()
    await fork({ bus, swarm: SWARM, parent: null, run: 'fork:a', from: { at: bus.clock.now() } })
    const strict = await model('strict', 'fork:a', [null, 'fork:a'])
    await expect(strict('new', { trajectory: 't-1' })).rejects.toMatchObject({
      code: 'CALL_NOT_RECORDED',
      input: { agent: 'ann', asked: 1, trajectory: 't-1' },
    })
    expect(asked).toEqual([])
    const replaying = await model('replay', 'fork:a', [null, 'fork:a'])
    expect(await replaying('new')).toEqual({ nth: 1 })
    expect(await (await model('strict', 'fork:a', [null, 'fork:a']))('new')).toEqual({ nth: 1 })
    await expect((await model('strict', null, [null]))('new')).rejects.toMatchObject({
      code: 'CALL_NOT_RECORDED',
    })
  })

  it('about an erased subject are a typed error with the position, in a fork of a fork too; the rest stays readable', async () => {
    const { bus, model, vault } = await asking()
    const live = await model('record', null, [])
    await live('about eve', { subject: 'eve' })
    await live('about nobody')
    const from = { at: bus.clock.now() }
    await fork({ bus, swarm: SWARM, parent: null, run: 'fork:a', from })
    await fork({ bus, swarm: SWARM, parent: 'fork:a', run: 'fork:b', from: { at: from.at + 1 } })
    const whole = await model('strict', 'fork:b', ['fork:b'])
    expect(await whole('about eve')).toEqual({ nth: 1 })
    await vault.destroy(SWARM, 'eve')
    const after = await model('strict', 'fork:b', ['fork:b'])
    const input = expect.stringMatching(/^waggle\.model-calls\.v1\/\d@0$/)
    await expect(after('about eve')).rejects.toMatchObject({ code: 'SUBJECT_ERASED', input })
    expect(await after('about nobody')).toEqual({ nth: 2 })

    const read = async (onErased: 'stop' | ((error: Error) => void)): Promise<string[]> => {
      const kinds: string[] = []
      const events = forkEvents({ ...bus, vault, swarm: SWARM, run: 'fork:b', onErased })
      for await (const { event } of events)
        kinds.push(event.kind === 'model_call' ? event.request : event.kind)
      return kinds
    }
    await expect(read('stop')).rejects.toMatchObject({ code: 'SUBJECT_ERASED', input })
    const errors: Error[] = []
    expect(await read((error) => errors.push(error))).toEqual(['fork', 'fork', '"about nobody"'])
    expect(errors).toMatchObject([{ code: 'SUBJECT_ERASED', input }])
  })
})
