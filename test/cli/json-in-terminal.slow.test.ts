import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveTerminal } from '../support/in-terminal.ts'
import type { Said } from '../support/waggle-cli.ts'

const DAYS = 30
const TIMEOUT_MS = 60_000
const folder = mkdtempSync(join(tmpdir(), 'waggle-terminal-'))
const path = (name: string): string => join(folder, name)
const inTerminal = await resolveTerminal(folder)
const run = (line: string, until?: string): Promise<Said> => inTerminal!(line.split(' '), until)

const dayOf = (day: number): string => new Date(Date.UTC(2010, 0, 1 + day)).toISOString()
const bus = `--data ${path('bus')}`
const archived = `--archive ${path('archive')}`
const CERTIFICATE = path('log.cert')

beforeAll(async () => {
  if (inTerminal === undefined) return
  const rows = Array.from({ length: DAYS }, (_, day) => `${dayOf(day)},1,2,1,2,9`)
  writeFileSync(path('bars.csv'), `time,open,high,low,close,volume\n${rows.join('\n')}\n`)
  writeFileSync(path('agent.mjs'), 'export default () => []')
  const made = await run(`dev ${bus} --port 0 --json`, 'address')
  expect(made.code, made.err).toBe(0)
}, TIMEOUT_MS)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In this order: later ones read what earlier ones wrote. */
const LONG: readonly string[] = [
  `import --file ${path('bars.csv')} --kind bar --known close --zone UTC --swarm desk --interval P1D --set instrument=X ${bus}`,
  `demo --data ${path('demo')} --until 2000-01-10`,
  `rebuild hot --data ${path('demo')}`,
  `recount ${bus}`,
  `certify ${bus} --out ${CERTIFICATE} --key ${path('key')}`,
  `verify ${bus} --certificate ${CERTIFICATE} --key ${path('key')}.pub`,
  `export ${bus} --kind bar --format parquet --out ${path('bars.parquet')}`,
  `replay ${bus} --limit 3`,
  `backtest ${path('agent.mjs')} ${bus} --from ${dayOf(2)} --to ${dayOf(DAYS)}`,
  `fork ${bus} --name calm --at ${dayOf(DAYS / 2)}`,
  `diff live fork:calm ${bus}`,
  `archive run ${archived} ${bus} --before 2100-01-01`,
  `archive verify ${archived}`,
  `archive restore ${archived} --data ${path('restored')}`,
  `lag ${bus}`,
]

describe.skipIf(inTerminal === undefined)('in a terminal, with --json', () => {
  it.each(LONG)(
    '%s prints JSON alone, without bar and colour',
    async (line) => {
      const { code, out, err } = await run(`${line} --json`)
      expect(code, `${out}${err}`).toBe(0)
      for (const one of out.trimEnd().split('\n')) JSON.parse(one)
      for (const painted of ['\r', '\u001B']) expect(out + err).not.toContain(painted)
    },
    TIMEOUT_MS,
  )

  it(
    'and without, the same has a bar, on standard error',
    async () => {
      const { code, out, err } = await run(`recount ${bus}`)
      expect([code, out]).toEqual([0, expect.stringContaining('RESULTS')])
      expect(err).toContain('\r\u001B[K')
    },
    TIMEOUT_MS,
  )
})

describe.skipIf(inTerminal === undefined)('Ctrl-C in a terminal', () => {
  const all = '"position"'

  it(
    'ends a replay that follows, with the token that goes on behind it',
    async () => {
      const { code, out } = await run(`replay ${bus} --kind bar --follow --json`, all)
      const lines = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { resume?: string })
      expect(code).toBe(0)
      const { resume } = lines.at(-1)!
      const rest = await run(`replay ${bus} --kind bar --json --resume ${resume} --limit ${DAYS}`)
      expect(lines.length - 1 + rest.out.trimEnd().split('\n').length).toBeGreaterThanOrEqual(DAYS)
    },
    TIMEOUT_MS,
  )

  it(
    'ends a tail, with the token that goes on behind it',
    async () => {
      const { code, out, err } = await run(
        `tail ${bus} --swarm desk --kind bar --from  --json`,
        all,
      )
      expect(code, err).toBe(0)
      expect(out.split('\n').length).toBeGreaterThan(1)
      expect(err).toMatch(/--from 'waggle\./)
    },
    TIMEOUT_MS,
  )
})
