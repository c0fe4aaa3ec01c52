import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { sealRun } from '@waggle/emit'
import { createGatewayServer, type GatewayServer } from '@waggle-services/gateway'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'
import { waggle, type Said, type Saying } from '../support/waggle-cli.ts'

const MAIN = fileURLToPath(
  import.meta.resolve('@waggle-services/cli').replace('index.ts', 'main.ts'),
)

let gateway: OpenGateway
let server: GatewayServer
let home: string
let environment: Record<string, string>

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'waggle-swarm-'))
  gateway = await openGateway({ grants: [{ name: 'reader', swarms: ['hive'], verbs: ['read'] }] })
  server = createGatewayServer(gateway.app, { port: 0 })
  await server.start()
  environment = { XDG_CONFIG_HOME: home }
  const added = await say(
    'contexts',
    'add',
    'hive',
    `${server.url}/#token=${TOKEN}`,
    '--swarm',
    'hive',
  )
  expect(added).toMatchObject({ code: 0, err: '' })
  for (const agent of ['ada', 'bob'])
    await ok('emit', '--agent', agent, '--kind', 'agent', 'op=JOINED', 'role=hunter')
})
afterAll(async () => {
  await server.stop()
  await gateway.stop()
  rmSync(home, { recursive: true, force: true })
})

const say = (...argv: string[]): Promise<Said> => waggle(argv, { environment })
const typed = (stdin: string, argv: readonly string[], more: Saying = {}): Promise<Said> =>
  waggle(argv, { environment, stdin, ...more })

async function ok(...argv: string[]): Promise<string> {
  const { code, out, err } = await say(...argv)
  expect([argv, code, err]).toEqual([argv, 0, ''])
  return out
}

/** The token that a write printed. */
const tokenIn = (out: string): string => /^--after (.+)$/m.exec(out)![1]!

describe('emit', () => {
  it('answers with a token behind which every read sees it', async () => {
    const out = await ok(
      'emit',
      '--agent',
      'ada',
      '--kind',
      'signal',
      'domain=trend',
      'severity=HIGH',
      'confidence:=0.8',
      'message=sell',
    )
    const after = tokenIn(out)
    expect(after).toMatch(/^waggle\.signals\.v1\/\d+@\d+$/)
    expect(await ok('signals', '--after', after)).toMatch(/^\S+Z +ada +trend +HIGH .* sell /m)
    const one = JSON.parse(await ok('get', 'event', after, '--json')) as { data: object }
    expect(one.data).toMatchObject({ event: { message: 'sell', confidence: 0.8 } })
    expect(await ok('get', 'event', after)).toContain('message: "sell"')
  })

  it('takes a file, neighbours together, and stops at the line that is refused', async () => {
    const event = (agent: string, content: string): string =>
      JSON.stringify({ kind: 'observation', agent, domain: 'x', source: 'f', content })
    const lines = [event('ada', 'one'), event('ada', 'two'), '', event('bob', 'three')]
    const { code, out } = await typed(lines.join('\n'), ['emit', '--file', '-', '--json'])
    const said = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { position: string })
    expect([code, said.length]).toEqual([0, 4])
    expect(said.at(-1)!.position.split(',')).toHaveLength(2)

    const file = join(home, 'events.ndjson')
    writeFileSync(file, `${event('ada', 'four')}\n${event('stranger', 'five')}\n`)
    const stopped = await say('emit', '--file', file)
    expect(stopped).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^AGENT_UNKNOWN: .*stranger.*before number 2 are in the log/),
    })
    expect(stopped.out).toMatch(/waggle\.observations\.v1/)
    expect(await typed('{"kind": \n', ['emit', '--file', '-'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('line 1'),
    })
  })
})

test('agents, votes and locks are tables, JSON with --json, and cut to the terminal', async () => {
  const propose = {
    kind: 'proposal',
    agent: 'ada',
    proposal: 'p1',
    question: 'hedge?',
    electorate: [
      { agent: 'ada', weight: 1 },
      { agent: 'bob', weight: 1 },
    ],
    deadline_at: '2100-01-01T00:00:00Z',
  }
  await typed(JSON.stringify(propose), ['emit', '--file', '-'])
  await ok(
    'emit',
    '--agent',
    'ada',
    '--kind',
    'vote',
    'proposal=p1',
    'choice=approve',
    'confidence:=1',
  )
  const lock = tokenIn(
    await ok(
      'emit',
      '--agent',
      'bob',
      '--kind',
      'lock_command',
      'resource=SPX',
      'op=ACQUIRE',
      'request=q',
    ),
  )
  await gateway.bus.caughtUp(10_000)
  expect(await ok('agents')).toMatch(/^AGENT +ROLE .*\nada +hunter +ALIVE +1 /)
  expect(await ok('votes')).toMatch(/^p1 +PENDING .*hedge\?/m)
  expect(await ok('votes', 'p1')).toMatch(/\nAGENT +CHOICE .*\nada +approve +1/)
  expect(await ok('votes', '--status', 'decided')).not.toContain('p1')
  expect(await ok('locks', '--after', lock)).toMatch(/^SPX +EXCLUSIVE +bob \(token \d+\)/m)
  expect(await ok('locks', 'SPX')).toContain('GRANTED')
  expect(await ok('swarms')).toMatch(/^hive +live/m)
  expect(await ok('lag')).toMatch(/^hot-view +running/m)
  const json = JSON.parse(await ok('agents', '--json')) as { data: { agent: string }[] }
  expect(json.data.map(({ agent }) => agent)).toEqual(['ada', 'bob'])
  const narrow = await waggle(['agents'], { environment, columns: 24 })
  const lines = stripVTControlCharacters(narrow.out).trimEnd().split('\n')
  expect(lines.every((line) => line.length <= 24)).toBe(true)
  expect(narrow.out).toContain('\u001B[1m')
  expect(narrow.err).toMatch(/ms old/)
})

test('the one swarm there is need not be named; the bus’s own ticks are none', async () => {
  const { log, codec } = gateway.bus
  await sealRun({ log, codec, swarm: 'waggle', run: null, at: 1 })
  await gateway.bus.caughtUp(10_000)
  expect(await ok('swarms')).not.toContain('waggle')
  expect(await ok('agents', '--url', server.url, '--token', TOKEN)).toContain('ada')
})

test('recall finds what was remembered, now and not before', async () => {
  const { position } = await gateway.client.call('remember', {
    swarm: 'hive',
    body: { agent: 'ada', content: 'low volume break-outs fail' },
  })
  const found = await ok('recall', 'break-outs', '--agent', 'ada', '--after', position)
  expect(found).toContain('low volume break-outs fail')
  expect(await ok('recall', 'break-outs', '--agent', 'ada', '--as-of', '2001-01-01')).not.toContain(
    'low',
  )
})

test('dlq lists what was refused, shows its bytes, and appends none that would be refused again', async () => {
  const value = Buffer.from('no event at all')
  await gateway.bus.log.append([{ topic: 'waggle.signals.v1', key: 'hive/ada', value }])
  await gateway.bus.caughtUp(10_000)
  const { data } = JSON.parse(await ok('dlq', 'ls', '--json')) as {
    data: { position: string; code: string }[]
  }
  expect(data).toMatchObject([{ code: 'FRAME_INVALID' }])
  const { position } = data[0]!
  expect(await ok('dlq', 'ls', '--code', 'FRAME_INVALID')).toContain(position)
  expect(await ok('dlq', 'show', position)).toContain(value.toString('hex'))
  // Their fault is still there.
  expect(await say('dlq', 'replay', position)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^FRAME_INVALID: .*would be refused again/),
  })
})

test('exit codes say which kind of failure it is', async () => {
  const reader = ['--url', server.url, '--token', 'reader', '--swarm', 'hive']
  const rows: readonly (readonly [argv: string[], code: number, error: string])[] = [
    [['agents', ...reader], 0, ''],
    [['emit', ...reader, '--agent', 'ada', '--kind', 'agent', 'op=LEFT'], 2, 'SCOPE_MISSING'],
    [['agents', '--url', server.url, '--token', 'wrong', '--swarm', 'hive'], 2, 'TOKEN_INVALID'],
    [['agents', ...reader.slice(0, 4), '--swarm', 'other'], 2, 'SCOPE_MISSING'],
    [['emit', '--agent', 'ada', '--kind', 'vote', 'choice=x'], 2, 'FIELD_MISSING'],
    [['get', 'proposal', 'none'], 3, 'NOT_FOUND'],
    [['dlq', 'show', 'waggle.dead-letters.v1/0@9'], 3, 'NOT_FOUND'],
    [
      ['agents', '--after', 'waggle.agents.v1/0@99', '--timeout-ms', '50', '--json'],
      5,
      'VIEW_STALE',
    ],
    [['agents', '--as-of', 'soon'], 2, 'INPUT_INVALID'],
  ]
  for (const [argv, code, error] of rows) {
    const said = await say(...argv)
    expect([argv, said.code, said.err]).toEqual([argv, code, expect.stringContaining(error)])
  }
})

describe('tail', () => {
  const all = async (...argv: string[]): Promise<{ ids: string[]; from: string }> => {
    const { code, out, err } = await say('tail', '--json', ...argv)
    expect(code).toBe(0)
    const from = /^--from '(.*)'$/m.exec(err)![1]!
    const ids = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { position: string }).position)
    return { ids, from }
  }
  const many = (name: string): string =>
    Array.from({ length: 30 }, (_, n) =>
      JSON.stringify({
        kind: 'observation',
        agent: n % 2 === 0 ? 'ada' : 'bob',
        domain: name,
        source: 's',
        content: `${n}`,
        features: { n },
      }),
    ).join('\n')

  it('goes on behind its token, without a gap or a repeat', async () => {
    await typed(many('pages'), ['emit', '--file', '-'])
    const where = ['--where', "event.domain === 'pages'"]
    const whole = await all('--from', '', '--limit', '30', ...where)
    const seen: string[] = []
    let from = ''
    for (let page = 0; page < 6; page++) {
      const next = await all('--from', from, '--limit', '5', ...where)
      seen.push(...next.ids)
      from = next.from
    }
    expect(seen.toSorted()).toEqual(whole.ids.toSorted())
    expect(new Set(seen).size).toBe(30)
  })

  it('shows what an expression, an agent and a time let through', async () => {
    await typed(many('filter'), ['emit', '--file', '-'])
    const where = ['--where', "event.features.n >= 20 && event.domain === 'filter'"]
    const { out, err } = await say(
      'tail',
      '--since',
      '1h',
      '--agent',
      'bob',
      '--limit',
      '5',
      ...where,
    )
    const shown = out.trim().split('\n')
    expect(shown.map((line) => / (\d+) {2}waggle\./.exec(line)![1])).toEqual([
      '21',
      '23',
      '25',
      '27',
      '29',
    ])
    expect(err).toContain('left out')
  })

  it('and trajectory show the same events', async () => {
    const ofAda = await all('--from', '', '--agent', 'ada', '--limit', '20')
    const { code, out } = await say('trajectory', 'ada', '--json')
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { position: string })
    expect(code).toBe(0)
    expect(events.map(({ position }) => position)).toEqual(expect.arrayContaining(ofAda.ids))
    expect(await say('trajectory', 'nobody')).toMatchObject({ code: 3 })
    const tree = await ok('trajectory', ofAda.ids.at(-1)!, '--tree')
    expect(tree).toContain(ofAda.ids.at(-1)!)
  })

  it('is live; Ctrl-C prints the token and is no failure', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'tail', '--kind', 'decision', '--from', '', '--json'],
      { env: environment },
    )
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += String(text)))
    const ended = once(child, 'exit')
    const decide = (action: string): Promise<string> =>
      ok(
        'emit',
        '--agent',
        'ada',
        '--kind',
        'decision',
        `action=${action}`,
        'context={}',
        'reasoning=r',
        'confidence:=0.5',
      )
    await decide('first')
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      // It runs, and what is appended from now on comes live.
      if (lines.length === 1) await decide('second')
      else child.kill('SIGINT')
    }
    expect(await ended).toEqual([0, null])
    expect(
      lines.map((line) => (JSON.parse(line) as { event: { action: string } }).event.action),
    ).toEqual(['first', 'second'])
    await decide('third')
    const from = /^--from '(.*)'$/m.exec(err)![1]!
    const { out } = await say('tail', '--kind', 'decision', '--from', from, '--limit', '1')
    expect(out).toContain('third')
  })
})
