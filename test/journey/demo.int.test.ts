import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { eventToJson, isKind, type WaggleEvent } from '@waggle/event'
import { replay } from '@waggle/replay'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { parseBars } from '@waggle-services/demo'

const MAIN = fileURLToPath(new URL('../../services/demo/src/main.ts', import.meta.url))
const UNTIL = '2001-12-31'
const RUN = { swarm: 'demo', run: 'backtest-SPX' }

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'waggle-demo-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs the demo; kills it once its output contains `killAt`. */
async function runDemo(
  data: string,
  args: readonly string[] = [],
  killAt?: string,
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, '--data', data, '--until', UNTIL, ...args])
  let output = ''
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
    if (killAt !== undefined && output.includes(killAt)) child.kill('SIGKILL')
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, output }
}

/** Everything the swarm learned, as a list of comparable events; log positions and append times left out. */
async function eventsOf(
  data: string,
): Promise<{ events: WaggleEvent[]; digests: Record<string, string> }> {
  const bus = await openEmbeddedBus(
    { dataDir: data, analytics: 'off' },
    { clock: systemClock(), logger: silentLogger },
  )
  await bus.caughtUp(60_000)
  const events: WaggleEvent[] = []
  for await (const { event, late } of replay({ ...bus, ...RUN })) if (!late) events.push(event)
  const digests = await bus.digests()
  await bus.stop()
  return { events, digests }
}

const ofKind = <K extends WaggleEvent['kind']>(events: readonly WaggleEvent[], kind: K) =>
  events.filter((event): event is Extract<WaggleEvent, { kind: K }> => event.kind === kind)

const REMEMBERED = ['concept', 'decision', 'experience', 'fact', 'recall']
/** What was remembered, recalled and decided, word by word. */
const wordsOf = (events: readonly WaggleEvent[]): string[] =>
  events
    .filter(({ kind }) => REMEMBERED.includes(kind))
    .map((event) => JSON.stringify(eventToJson(event)))
    .sort()

const idsOf = (events: readonly WaggleEvent[]): string[] => events.map(({ id }) => id).sort()

describe('the demo', () => {
  /** A run that nothing disturbs: what it leaves is only read. */
  let whole: { readonly data: string } & Ended
  beforeAll(async () => {
    const data = await mkdtemp(join(tmpdir(), 'waggle-demo-'))
    whole = { data, ...(await runDemo(data)) }
  }, 300_000)
  afterAll(() => rm(whole.data, { recursive: true, force: true }))

  it('goes on after kill -9 without a lost or doubled event, and its views equal an undisturbed run', async () => {
    const broken = join(folder, 'broken')
    expect(whole.code).toBe(0)
    for (const share of ['20 %', '50 %', '90 %']) {
      expect((await runDemo(broken, [], `Trading: ${share}`)).code).toBeNull()
    }
    const last = await runDemo(broken)
    expect(last.output).toMatch(/Went on after bar \d+ of/)
    expect(last.code).toBe(0)
    const [expected, resumed] = [await eventsOf(whole.data), await eventsOf(broken)]
    expect(idsOf(resumed.events)).toEqual(idsOf(expected.events))
    expect(new Set(idsOf(resumed.events)).size).toBe(resumed.events.length)
    expect(resumed.digests['hot-view']).toBe(expected.digests['hot-view'])
    expect(resumed.digests['coordination']).toBe(expected.digests['coordination'])
    expect(wordsOf(resumed.events)).toEqual(wordsOf(expected.events))
  })

  it('links every forecast to its outcome and verdict, and every fill to a fencing token', async () => {
    const { data, code, output } = whole
    expect(code).toBe(0)
    expect(output).toContain('the same answer.')
    expect(output).not.toContain('DIFFERENT')
    const { events } = await eventsOf(data)
    const of = <K extends WaggleEvent['kind']>(kind: K) => ofKind(events, kind)
    const outcomes = new Map(of('outcome').map((outcome) => [outcome.decision, outcome]))
    const verdicts = new Map(of('verdict').map((verdict) => [verdict.decision, verdict]))
    const end = Math.max(...of('bar').map(({ known_at }) => known_at))
    const due = of('decision').filter(
      ({ horizon_at }) => horizon_at !== null && horizon_at < end - 5 * 86_400_000_000,
    )
    expect(due.length).toBeGreaterThan(100)
    for (const decision of due) {
      expect(outcomes.get(decision.id)?.cause).toBe(decision.id)
      expect(verdicts.get(decision.id)?.outcome).toBe(outcomes.get(decision.id)?.id)
    }
    const granted = new Set(
      of('lock_result')
        .filter(({ status }) => status === 'GRANTED')
        .map(({ token }) => token),
    )
    expect(of('fill').length).toBeGreaterThan(0)
    for (const { fencing_token } of of('fill')) expect(granted.has(fencing_token)).toBe(true)
    expect(events.every(({ kind }) => isKind(kind))).toBe(true)
  })

  it('remembers what came of decisions, and recalls nothing that was learned later', async () => {
    const { events } = await eventsOf(whole.data)
    const byId = new Map(events.map((event) => [event.id, event]))
    const [lessons, recalls] = [ofKind(events, 'experience'), ofKind(events, 'recall')]
    expect(lessons.length).toBeGreaterThan(50)
    for (const { known_at, evidence, importance } of lessons) {
      const cited = evidence.map((id) => byId.get(id)!)
      expect(cited.map(({ kind }) => kind)).toEqual(['decision', 'outcome'])
      expect(cited.every((event) => event.known_at < known_at)).toBe(true)
      expect(importance).toBeGreaterThanOrEqual(0.7)
    }
    expect(recalls.filter(({ found }) => found.length === 3).length).toBeGreaterThan(50)
    for (const { found, as_of, namespaces } of recalls) {
      for (const { memory } of found) {
        const event = byId.get(memory)!
        expect(event).toMatchObject({ kind: 'experience', namespace: namespaces[0] })
        expect(event.known_at).toBeLessThan(as_of!)
      }
    }
    for (const { inputs, reasoning } of ofKind(events, 'decision')) {
      const recalled = inputs.map((id) => byId.get(id)!).find(({ kind }) => kind === 'recall')
      if (recalled?.kind !== 'recall') throw new Error('It names no recall')
      const had = inputs.filter((id) => byId.get(id)!.kind === 'experience')
      expect(had).toEqual(recalled.found.map(({ memory }) => memory))
      expect(reasoning).toContain(had.length === 0 ? 'no lesson' : `of ${had.length} lessons`)
    }
    const regimes = ofKind(events, 'fact').map(({ value }) => value)
    expect(new Set(regimes)).toEqual(new Set(['CALM', 'NORMAL', 'STRESSED']))
    for (const [index, value] of regimes.slice(1).entries()) expect(value).not.toBe(regimes[index])
  })

  it('ends with a question to its memory, and the commands that it prints answer it', async () => {
    const { output, data } = whole
    const answers = [...output.matchAll(/^ {2}0\.\d{3} {2}[\d-]{10} {2}[a-z-]+: (SPX, .+)$/gm)]
    expect(answers).toHaveLength(2)
    const commands = [...output.matchAll(/npm run waggle -- (.+)$/gm)].map(([, one]) => one!)
    expect(commands).toHaveLength(3)
    const run = async (command: string): Promise<string> => {
      const argv = command.match(/"[^"]*"|\S+/g)!.map((part) => part.replaceAll('"', ''))
      let said = ''
      const code = await runWaggle(argv, {}, { write: (part) => void (said += part) })
      expect(code, command).toBe(0)
      return said
    }
    expect(commands[0]).toContain(data)
    const now = await run(commands[0]!)
    for (const [, lesson] of answers) expect(now).toContain(lesson)
    expect(await run(commands[1]!)).toContain('SPX, ')
    const context = await run(commands[2]!)
    expect(context).toContain('memories')
    expect(context).toContain('Next time:')
  })

  it('takes any CSV, reports bad rows by line and goes on', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, day) => `2001-01-${String(day + 1).padStart(2, '0')},10,12,9,${10 + (day % 2)},100`,
    )
    const csv = join(folder, 'bars.csv')
    await writeFile(
      csv,
      [
        'Date,Open,High,Low,Close,Volume',
        ...rows.slice(0, 3),
        '2001-01-04,x,12,9,10,100',
        '2001-01-05,10,9,12,10,1',
        ...rows.slice(5),
        '2001-01-02,10,12,9,10,5',
        '',
      ].join('\n'),
    )
    const { code, output } = await runDemo(join(folder, 'data'), [
      '--bars',
      csv,
      '--symbol',
      'ACME',
    ])
    expect(code).toBe(0)
    expect(output).toMatch(/line 5 left out: open "x" is not a number/)
    expect(output).toMatch(/line 6 left out: high 9 is below low 12/)
    expect(output).toMatch(/line 32 left out: date 2001-01-02 does not come after/)
    expect(output).toContain('ACME, 2001-01-01 to 2001-01-30: 28 bars')
  })

  it('lists every bad argument at once', async () => {
    const { code, output } = await runDemo(join(folder, 'data'), [
      '--symbol',
      'a b',
      '--as-of',
      'soon',
    ])
    expect(code).toBe(2)
    expect(output).toContain('--symbol')
    expect(output).toContain('--as-of')
  })
})

describe('reading bars', () => {
  it('needs the columns, and refuses what no market shows', () => {
    expect(() => parseBars('date,open\n2001-01-01,1\n')).toThrow(/lacks high, low, close, volume/)
    const { bars, badRows } = parseBars(
      'date,open,high,low,close,volume\n2001-01-01,1,2,1,2,0\n2001-01-02,-1,2,1,2,0\n2001-01-03,1,2,1,3,0\n2001-13-03,1,2,1,2,0\n',
    )
    expect(bars).toHaveLength(1)
    expect(badRows.map(({ line }) => line)).toEqual([3, 4, 5])
  })
})
