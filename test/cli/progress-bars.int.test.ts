import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '@waggle/base'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { waggle } from '../support/waggle-cli.ts'

const DAY_MS = 86_400_000
const DAYS = 600
const FIRST = Date.UTC(2010, 0, 1)
const CLEAR_LINE = '\r\u001B[K'

const folder = mkdtempSync(join(tmpdir(), 'waggle-bars-'))
const path = (name: string): string => join(folder, name)
const bus = ['--data', path('bus')]
const archived = ['--archive', path('archive')]
const ALL = ['--before', '2100-01-01']
const TERMINAL = { columns: 80 }

const dayOf = (day: number): string => new Date(FIRST + day * DAY_MS).toISOString()
const IMPORT =
  `import --file ${path('bars.csv')} --kind bar --known close --zone UTC --swarm desk --interval P1D --set instrument=X`.split(
    ' ',
  )

beforeAll(async () => {
  // A note that no field takes makes the file longer than what is read of it at once.
  const rows = Array.from(
    { length: DAYS },
    (_, day) => `${dayOf(day)},1,2,1,2,9,${'n'.repeat(1000)}`,
  )
  writeFileSync(path('bars.csv'), `time,open,high,low,close,volume,note\n${rows.join('\n')}\n`)
  writeFileSync(path('agent.mjs'), 'export default () => []')
  const log = await openLmdbLog({
    path: path('bus/log'),
    topics: PARTITIONS,
    clock: systemClock(),
  })
  await log.close()
  expect(await waggle([...IMPORT, ...bus])).toMatchObject({ code: 0 })
  const run = ['archive', 'run', ...archived, ...bus, ...ALL]
  expect(await waggle(run)).toMatchObject({ code: 0 })
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Case {
  readonly command: string
  readonly bar: RegExp
  /** The command line; what it makes has a name of its own each time. */
  readonly argv: (fresh: string) => readonly string[]
}

const CASES: readonly Case[] = [
  {
    command: 'import',
    bar: /^Importing .* kB, /,
    argv: () => [...IMPORT, ...bus],
  },
  {
    command: 'backtest',
    bar: /^Testing .* hours, /,
    argv: () => ['backtest', path('agent.mjs'), ...bus, '--from', dayOf(10), '--to', dayOf(DAYS)],
  },
  {
    command: 'fork',
    bar: /^Replaying .* steps, /,
    argv: (fresh) => ['fork', ...bus, '--name', fresh, '--at', dayOf(DAYS / 2)],
  },
  {
    command: 'archive run',
    bar: /^Archiving .* records, /,
    argv: (fresh) => ['archive', 'run', ...bus, '--archive', path(fresh), ...ALL],
  },
  {
    command: 'archive verify',
    bar: /^Verifying .* records, /,
    argv: () => ['archive', 'verify', ...archived],
  },
  {
    command: 'archive restore',
    bar: /^Restoring .* records, /,
    argv: (fresh) => ['archive', 'restore', ...archived, '--data', path(fresh)],
  },
]

/** How far each painting says that the work is, and of how much. */
function countsOf(paintings: readonly string[]): { done: number[]; totals: Set<number> } {
  const counts = paintings.map((text) =>
    / ([\d,]+)\/([\d,]+) /
      .exec(text)!
      .slice(1)
      .map((count) => Number(count.replaceAll(',', ''))),
  )
  return {
    done: counts.map(([done]) => done!),
    totals: new Set(counts.map(([, total]) => total!)),
  }
}

describe('archive run --trim', () => {
  it('shows the comparison with the archive, too', async () => {
    cpSync(path('bus'), path('trimmed'), { recursive: true })
    const where = ['--data', path('trimmed'), '--archive', path('trimmed-archive')]
    const { code, err } = await waggle(['archive', 'run', ...where, ...ALL, '--trim'], TERMINAL)
    expect(code, err).toBe(0)
    expect(err).toMatch(/Archiving .* 100 %.*Comparing .* 100 %/s)
  })
})

describe.each(CASES)('$command', ({ command, bar, argv }) => {
  const name = command.replace(' ', '-')

  it('shows how far it is in a terminal, up to all of it, and clears the line', async () => {
    const { code, out, err } = await waggle(argv(`${name}-shown`), TERMINAL)
    expect(code, err).toBe(0)
    const [before, ...painted] = err.split(CLEAR_LINE)
    expect([before, painted.pop()]).toEqual(['', ''])
    for (const text of painted) expect(text).toMatch(bar)
    const { done, totals } = countsOf(painted)
    const [total] = totals
    expect(totals.size).toBe(1)
    expect(done.at(-1)).toBe(total)
    expect(done[0]).toBeLessThan(total!)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(out).not.toContain('\r')
  })

  it('is silent in a pipe, and for programs', async () => {
    expect(await waggle(argv(`${name}-piped`))).toMatchObject({ code: 0, err: '' })
    const json = await waggle([...argv(`${name}-json`), '--json'], TERMINAL)
    expect(json.code).toBe(0)
    expect(json.err).not.toMatch(/[#%]/)
    for (const line of json.out.trim().split('\n')) JSON.parse(line)
  })
})
