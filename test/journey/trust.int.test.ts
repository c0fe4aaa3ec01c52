import { describe, expect, it } from 'vitest'
import { isWaggleError, seededRandom, silentLogger, systemClock, type Micros } from '@waggle/base'
import { createTrust, WARDEN, type Trust } from '@waggle/agent'
import { createRunner } from '@waggle/consume'
import { agentBus } from '@waggle/coordinate'
import { sealRun, type AnyDraft } from '@waggle/emit'
import { createMemoryProjection, memoryAsOf, type MemoryView } from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { createMemoryVault } from '@waggle/vault'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { memoryBus, SWARM } from '../support/memory-bus.ts'
import { undoAfterEach } from '../support/undo.ts'

const SCOPE = { swarm: SWARM, run: null }
const WAIT_MS = 10_000
const SECOND = 1_000_000
const undo = undoAfterEach()

/** A swarm with its memory and its registry; agents join with the capabilities given. */
async function scene(agents: Readonly<Record<string, readonly string[]>>) {
  const vault = createMemoryVault(seededRandom(1))
  const bus = await memoryBus({ seal: vault.seal })
  const parts = { ...bus, clock: systemClock(), logger: silentLogger }
  const embedder = createLexicalEmbedder()
  const openIndex = () => createRecallIndex({ embedder })
  const projection = createMemoryProjection({ openIndex, vault })
  const memory = createRunner({ ...parts, projection })
  const counting = createCoordinationProjection({ publish: async () => {}, lookAgain: () => {} })
  const members = createRunner({ ...parts, projection: counting })
  for (const runner of [memory, members]) {
    await runner.start()
    undo.push(() => runner.stop())
  }
  const coordination = { view: counting.view, runner: members }
  const trusts: Record<string, Trust> = {}
  const emitters = Object.fromEntries(
    Object.keys(agents).map((name) => [name, bus.emitter(name)] as const),
  )
  for (const [agent, capabilities] of Object.entries(agents)) {
    const emitter = emitters[agent]!
    const { position } = await emitter.emit({
      kind: 'agent',
      op: 'JOINED',
      role: 'r',
      capabilities: [...capabilities],
    })
    const own = agentBus(
      { ...bus, coordination, emitter: () => emitter },
      { swarm: SWARM, agent, session: 'unused' },
    )
    trusts[agent] = createTrust({
      ...own,
      fresh: () => ({ after: [position], timeoutMs: WAIT_MS }),
    })
  }
  return {
    bus,
    memory,
    view: projection.view,
    trusts,
    emitters,
    digest: () => projection.digest(),
    /** Time goes on, everywhere. */
    pass: async (): Promise<Micros> => {
      bus.clock.advance(SECOND)
      const at = bus.clock.now()
      await sealRun({ ...bus, ...SCOPE, at })
      await memory.caughtUp(WAIT_MS)
      bus.clock.advance(SECOND)
      return at
    },
  }
}

const STEP = { action: 'look', tool: null, arguments: '{}' }

/** What an agent says of every sort, in the namespace of all. */
function everything(agent: string, round: string): AnyDraft[] {
  const said = `${agent} says ${round}`
  const at = { namespace: 'shared' } as const
  return [
    { kind: 'experience', ...at, type: 'note', content: said, importance: 1 },
    { kind: 'concept', ...at, name: 'tea', description: said },
    { kind: 'relation', ...at, source: 'tea', type: agent, target: round },
    { kind: 'fact', ...at, entity: 'tea', attribute: agent, value: said },
    { kind: 'procedure', ...at, name: 'brew', category: 'tea', description: said, steps: [STEP] },
    { kind: 'turn', ...at, conversation: 'c', role: 'USER', content: said, tokens: 1 },
    { kind: 'document', ...at, type: 'block', key: 'notes', value: JSON.stringify(said) },
    { kind: 'observation', domain: 'd', source: 's', content: said },
    { kind: 'decision', action: 'HOLD', context: said, reasoning: '', confidence: 0.5 },
    { kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5, ttl_ms: 1, message: said },
  ]
}

/** Everything that memory answers about a time. */
async function answers(view: MemoryView, asOf: Micros): Promise<string> {
  const [scope, space, at] = [SCOPE, 'shared', { asOf }] as const
  const all = [
    await view.episodes(scope, at),
    await view.recall(scope, {
      text: 'says something of tea',
      limit: 1000,
      perSource: 'all',
      ...at,
    }),
    await view.consolidated(scope, { namespace: space, ...at }),
    view.concepts(scope, space, at),
    view.concept(scope, space, 'tea', at),
    view.neighbours(scope, space, 'tea', at),
    view.facts(scope, space, 'tea', at),
    view.contradictions(scope, space, at),
    view.procedures(scope, space, at),
    view.procedureHistory(scope, space, 'brew', at),
    view.turns(scope, space, 'c', at),
    view.documents(scope, space, at),
    view.documentHistory(scope, space, 'block', 'notes', at),
  ]
  return JSON.stringify(all, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

describe('a quarantine', () => {
  it('takes what an agent said since then out of every later answer, and no earlier one', async () => {
    const { view, trusts, emitters, pass, memory, digest, bus } = await scene({
      honest: [],
      liar: [],
      judge: [WARDEN],
    })
    await emitters['liar']!.emitAll(everything('liar', 'before'))
    const since = await pass()
    for (const round of ['one', 'two']) {
      await emitters['honest']!.emitAll(everything('honest', round))
      await emitters['liar']!.emitAll(everything('liar', round))
      await pass()
    }
    const spoken = await pass()
    const then = await answers(view, spoken)
    expect(then).toContain('liar says two')

    await trusts['judge']!.quarantine('liar', since, 'made up')
    const silenced = await pass()
    // Of a procedure the newest five versions are kept whole: a sixth would change the history for that reason.
    const later = everything('liar', 'later').filter(({ kind }) => kind !== 'procedure')
    await emitters['liar']!.emitAll(later)
    const still = await pass()
    for (const at of [silenced, still]) {
      const now = await answers(view, at)
      expect(now).not.toMatch(/liar says (one|two|later)/)
      expect(now).toContain('liar says before')
      expect(now).toContain('honest says two')
    }
    expect(await answers(view, spoken)).toBe(then)

    await trusts['judge']!.release('liar', 'it was right')
    const lifted = await pass()
    expect(await answers(view, lifted)).toContain('liar says later')
    expect(await answers(view, spoken)).toBe(then)
    const during = await answers(view, still)
    expect(during).not.toMatch(/liar says (one|two|later)/)

    const live = await digest()
    await memory.rebuild()
    expect(await digest()).toBe(live)
    expect(await answers(view, still)).toBe(during)
    expect(await answers(view, spoken)).toBe(then)
    const { view: past } = await memoryAsOf({ ...bus, run: null, asOf: still })
    const shared = past.concepts(SCOPE, 'shared')
    expect(JSON.stringify(shared.map(({ event }) => event))).not.toMatch(/liar says (one|two)/)
  })

  it('is a warden’s to say, or one’s own, and never one’s own to lift', async () => {
    const { trusts } = await scene({ judge: [WARDEN], plain: ['observe'] })
    const { judge, plain } = trusts as { judge: Trust; plain: Trust }
    const refusals: [Promise<unknown>, string][] = [
      [plain.quarantine('judge', 0, ''), 'ACCESS_DENIED'],
      [plain.release('judge', ''), 'ACCESS_DENIED'],
      [plain.requestErasure('ada'), 'ACCESS_DENIED'],
      [judge.release('judge', ''), 'ACCESS_DENIED'],
      [judge.requestErasure('ada,bob'), 'FIELD_INVALID'],
      [judge.requestErasure(''), 'FIELD_INVALID'],
    ]
    for (const [task, code] of refusals) {
      const error = await task.catch((reason: unknown) => reason)
      expect(isWaggleError(error) ? error.code : error).toBe(code)
    }
    await plain.quarantine('plain', 0, 'I was broken')
    await plain.requestErasure('plain', 'leave nothing of me')
    await judge.release('plain', 'mended')
    await judge.requestErasure('ada')
  })
})

describe('ten agents of whom one lies', () => {
  it('hear it in a tenth of any answer, however well its texts match, and not at all once it is silenced', async () => {
    const honest = Array.from({ length: 9 }, (_, index) => `bee-${index}`)
    const names = [...honest, 'liar', 'judge']
    const { view, trusts, emitters, pass } = await scene(
      Object.fromEntries(names.map((name) => [name, name === 'judge' ? [WARDEN] : []])),
    )
    const questions = [
      'does momentum work after an earnings surprise',
      'how wide is the spread at the open',
      'which hedge held in the crash',
    ]
    const random = seededRandom(7)
    const words = questions.join(' ').split(' ')
    const note = (content: string): AnyDraft => ({
      kind: 'experience',
      namespace: 'shared',
      type: 'note',
      content,
      importance: 1,
    })
    for (const name of honest) {
      const said = Array.from({ length: 20 }, () =>
        Array.from({ length: 8 }, () => words[Math.floor(random.next() * words.length)]).join(' '),
      )
      await emitters[name]!.emitAll(said.map(note))
    }
    const crafted = questions.flatMap((question) =>
      Array.from({ length: 300 }, (_, index) =>
        note(`${question} ${index % 3 === 0 ? '' : index}`),
      ),
    )
    await emitters['liar']!.emitAll(crafted)
    const spoken = await pass()
    const shareOf = async (text: string, asOf?: Micros): Promise<number> => {
      const time = asOf === undefined ? {} : { asOf }
      const found = await view.recall(SCOPE, { text, limit: 10, agent: 'bee-0', ...time })
      expect(found).toHaveLength(10)
      return found.filter(({ source }) => source === 'liar').length / found.length
    }
    for (const text of questions) {
      expect(await shareOf(text)).toBeLessThanOrEqual(0.1)
      expect(await shareOf(text, spoken)).toBeLessThanOrEqual(0.1)
      const unbounded = { text, limit: 10, perSource: 'all' } as const
      const flooded = await view.recall(SCOPE, unbounded)
      expect(flooded.every(({ source }) => source === 'liar')).toBe(true)
    }
    await trusts['judge']!.quarantine('liar', 0, 'floods')
    await pass()
    for (const text of questions) expect(await shareOf(text)).toBe(0)
  })
})
