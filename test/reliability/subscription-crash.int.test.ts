import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { coordinate } from '@waggle/coordinate'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { killRounds } from '../support/kill-rounds.ts'

const KILLS = killRounds(2, 6)
const READER = fileURLToPath(new URL('./subscription-reader.ts', import.meta.url))
const CHANNELS = ['work.a', 'work.b', 'work.c']
const EACH = 60 * KILLS
/** What the reader notes its place after, and one that it had in hand. */
const AGAIN_MAX = 10 + 1

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'waggle-reader-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Line {
  readonly channel: string
  readonly number: number
  readonly id: string
}

/** All messages are in the log, and so is the subscription, before its readers are. */
async function fill(): Promise<void> {
  const deps = { clock: systemClock(), logger: silentLogger }
  const bus = await openEmbeddedBus({ dataDir: folder, analytics: 'off' }, deps)
  const agents = coordinate(bus)
  for (const agent of ['reader', 'writer']) {
    const { emitter, messages } = agents.agent({ swarm: 's', agent, session: `${agent}/0` })
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    if (agent === 'reader') {
      const opened = await messages.subscribe({ pattern: 'work.*', name: 'inbox', from: 'start' })
      opened.close()
      continue
    }
    for (const channel of CHANNELS) {
      const drafts = Array.from({ length: EACH }, (_, index) => {
        return { kind: 'message' as const, channel, body: `${index}` }
      })
      await emitter.emitAll(drafts)
    }
  }
  await bus.stop()
}

function ledgerOf(round: number): Line[] {
  const path = join(folder, `ledger-${round}`)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  return lines.map((line) => {
    const [channel = '', number = '', id = ''] = line.split(' ')
    return { channel, number: Number(number), id }
  })
}

/** A reader of the round; with `dies` it kills itself so many milliseconds behind so many messages. */
async function read(
  round: number,
  dies?: { readonly behind: number; readonly ms: number },
): Promise<unknown[]> {
  const args = [
    READER,
    folder,
    join(folder, `ledger-${round}`),
    `reader/${round + 1}`,
    `${EACH - 1}`,
    ...(dies === undefined ? [] : [`${dies.behind}`, `${dies.ms}`]),
  ]
  return once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
}

it('a durable subscription loses no message when its reader is killed, and repeats few', async () => {
  await fill()
  const random = seededRandom(20_261_121)
  for (let round = 0; round < KILLS; round++) {
    const dies = { behind: 1 + Math.floor(random.next() * 80), ms: Math.floor(random.next() * 4) }
    expect(await read(round, dies)).toEqual([null, 'SIGKILL'])
  }
  expect(await read(KILLS)).toEqual([0, null])

  const rounds = Array.from({ length: KILLS + 1 }, (_, round) => ledgerOf(round))
  expect(rounds.filter((lines) => lines.length > 0).length).toBeGreaterThan(2)
  let again = 0
  for (const channel of CHANNELS) {
    let next = 0
    for (const lines of rounds) {
      const numbers = lines.filter((line) => line.channel === channel).map(({ number }) => number)
      if (numbers.length === 0) continue
      const [first = 0] = numbers
      expect(first).toBeLessThanOrEqual(next)
      expect(numbers).toEqual(numbers.map((_, index) => first + index))
      again += next - first
      next = Math.max(next, first + numbers.length)
    }
    expect(next).toBe(EACH)
  }
  expect(again).toBeLessThanOrEqual(KILLS * AGAIN_MAX)
  // A repeat has the id it had.
  const ids = new Set(rounds.flat().map(({ id }) => id))
  expect(ids.size).toBe(CHANNELS.length * EACH)
})
