import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, type WaggleError } from '@waggle/base'
import type { Emitted } from '@waggle/emit'
import { positionText } from '@waggle/event'
import { compareRuns, fork, forkEvents, replayFork, type ForkAgent } from '@waggle/fork'
import { createFileVault, createMemoryVault, type Vault } from '@waggle/vault'
import { joinAll, smallSwarm, SWARM, type SmallSwarm } from './small-swarm.ts'

const folder = mkdtempSync(join(tmpdir(), 'waggle-sealed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const VAULTS: Readonly<Record<string, () => Vault>> = {
  'in memory': () => createMemoryVault(seededRandom(11)),
  'in files': () => createFileVault(join(folder, `keys-${count++}`)),
}

describe.each(Object.entries(VAULTS))(
  'forks of what was said about subjects, keys %s',
  (_, make) => {
    let vault: Vault
    let bus: SmallSwarm
    let from: { at: number }
    let eve: Emitted
    beforeEach(async () => {
      vault = make()
      bus = await smallSwarm({ vault })
      await joinAll(bus)
      from = { at: bus.clock.now() }
      const [ann, ben] = [bus.emitter('ann'), bus.emitter('ben')]
      for (const subject of ['eve', 'bob', null]) {
        bus.clock.advance(1000)
        const said = await ann.emit({
          kind: 'observation',
          domain: 'desk',
          source: 'ann',
          content: `of ${subject}`,
          subject,
        })
        if (subject === 'eve') eve = said
        bus.clock.advance(1000)
        await ben.emit({
          ...DECISION,
          reasoning: `read of ${subject}`,
          cause: said.event.id,
          subject,
        })
      }
      await bus.settle()
    })
    afterEach(() => bus.stop())

    const replayed = async (
      run: string,
      parent: string | null = null,
      agents: Readonly<Record<string, ForkAgent>> = {},
    ) => {
      const there = await bus.open(await fork({ bus, swarm: SWARM, parent, run, from }))
      return replayFork(there, { log: bus.log, codec: bus.codec, vault, agents })
    }
    const differences = async (a: string | null, b: string, keys: { vault?: Vault }) =>
      (await compareRuns({ ...bus, ...keys, swarm: SWARM, a, b })).divergences

    it('are the same run without a change, whether or not who compares has the keys', async () => {
      const { carried } = await replayed('fork:a')
      expect(carried).toBe(6)
      const heard: string[] = []
      const ben: ForkAgent = ({ event }) => {
        if (event.kind !== 'observation') return []
        heard.push(event.content)
        const reasoning = `read ${event.content}`
        return [{ ...DECISION, reasoning, subject: event.subject }]
      }
      await replayed('fork:b', null, { ben })
      expect(heard).toEqual(['of eve', 'of bob', 'of null'])
      for (const run of ['fork:a', 'fork:b']) {
        expect(await differences(null, run, { vault })).toEqual([])
        expect(await differences(null, run, {})).toEqual([])
      }
      const other: ForkAgent = (known) =>
        ben(known, undefined as never) && known.event.kind === 'observation'
          ? [{ ...DECISION, reasoning: 'read it all', subject: known.event.subject }]
          : []
      await replayed('fork:c', null, { ben: other })
      const found = await differences(null, 'fork:c', { vault })
      expect(found.map(({ fields }) => fields)).toEqual(Array(3).fill(['reasoning']))
      expect(found[0]?.b?.event).toMatchObject({ reasoning: 'read it all', subject: 'eve' })
    })

    it('leave out who is erased, with the position, in a fork of a fork too; the rest is readable', async () => {
      await replayed('fork:before')
      await vault.destroy(SWARM, 'eve')
      const erased = await replayed('fork:after')
      const [seen] = erased.erased
      expect(seen).toMatchObject({
        code: 'SUBJECT_ERASED',
        field: 'subject',
        input: positionText(eve.position),
      })
      // What rested on it is nobody's to make up; it is about the same subject, too.
      expect(erased).toMatchObject({ carried: 4, stale: [{ event: { kind: 'decision' } }] })

      // A fork that had it before, forked again behind it: its own record of it is what is gone.
      const inFork = (await readable('fork:before')).errors
      expect(inFork.map(({ code }) => code)).toEqual(['SUBJECT_ERASED', 'SUBJECT_ERASED'])
      const again = await replayed('fork:again', 'fork:before')
      expect(again.erased.map(({ input }) => input)).toEqual([inFork[0]!.input])
      const said = { texts: ['of bob', 'read of bob', 'of null', 'read of null'], errors: [] }
      expect(await readable('fork:again')).toEqual(said)
      expect(await readable('fork:after')).toEqual(said)
    })

    it('begin with who is erased later: reading stops there, or goes on without', async () => {
      const at = bus.clock.now()
      const make = (run: string, parent: string | null) =>
        fork({ bus, swarm: SWARM, parent, run, from: { at } })
      await make('fork:one', null)
      await make('fork:two', 'fork:one')
      expect((await readable('fork:two')).texts).toHaveLength(6)
      await vault.destroy(SWARM, 'eve')
      const { texts, errors } = await readable('fork:two')
      expect(texts).toEqual(['of bob', 'read of bob', 'of null', 'read of null'])
      expect(errors[0]).toMatchObject({ code: 'SUBJECT_ERASED', input: positionText(eve.position) })
      const reading = forkEvents({ ...bus, vault, swarm: SWARM, run: 'fork:two' })
      const whole = async (): Promise<void> => {
        for await (const _ of reading) continue
      }
      await expect(whole()).rejects.toMatchObject({
        code: 'SUBJECT_ERASED',
        input: positionText(eve.position),
      })
    })

    async function readable(run: string): Promise<{ texts: string[]; errors: WaggleError[] }> {
      const texts: string[] = []
      const errors: WaggleError[] = []
      const onErased = (error: WaggleError): void => void errors.push(error)
      for await (const { event } of forkEvents({ ...bus, vault, swarm: SWARM, run, onErased })) {
        if (event.kind === 'observation') texts.push(event.content)
        if (event.kind === 'decision') texts.push(event.reasoning)
      }
      return { texts, errors }
    }
  },
)

const DECISION = { kind: 'decision', action: 'HOLD', context: '', confidence: 0.5 } as const
