import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EvidencePack } from '@waggle/api'
import { silentLogger, systemClock } from '@waggle/base'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedGateway } from '@waggle-services/gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAgentBus } from '../support/agent-bus.ts'
import { member, trade } from '../support/explain-scene.ts'

let folder: string
let pack: string

async function waggle(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const code = await runWaggle(argv, {}, { write: (more: string) => void (text += more) })
  return { code, text }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-explain-'))
  pack = join(folder, 'pack.json')
  const bus = await openAgentBus({ log: 'lmdb', dataDir: folder, clock: systemClock() })
  const ida = await member(bus, 'ida')
  await trade(ida, { quantity: '4', price: '25' })
  await trade(ida, { quantity: '-1', price: '35' })
  await bus.caughtUp(10_000)
  await bus.stop()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a number becomes a file that is computed again without the bus', async () => {
  const told = await waggle('explain', 'holding:ida/SPX', '--data', folder, '--out', pack)
  expect(told.code).toBe(0)
  expect(told.text).toContain('"average_price":"25"')
  expect(told.text.match(/^ {2}fill/gm)).toHaveLength(2)
  const checked = await waggle('explain', '--check', pack, '--json')
  expect(checked.code).toBe(0)
  expect(JSON.parse(checked.text)).toMatchObject({
    holds: true,
    value: { quantity: '3', realised: '10' },
  })
})

test('a pack that was changed does not hold', async () => {
  const { events, ...rest } = JSON.parse(readFileSync(pack, 'utf8')) as EvidencePack
  const changed = join(folder, 'changed.json')
  writeFileSync(changed, JSON.stringify({ ...rest, events: events.slice(1) }))
  const { code, text } = await waggle('explain', '--check', changed)
  expect([code, text]).toEqual([1, expect.stringContaining('digest')])
})

test('a gateway is asked where no folder is named', async () => {
  const gateway = await openEmbeddedGateway({
    dataDir: folder,
    port: 0,
    analytics: 'off',
    version: 'test',
    clock: systemClock(),
    logger: silentLogger,
  })
  await gateway.start()
  const where = ['--url', `${gateway.url}/#token=${gateway.token}`, '--json']
  const { code, text } = await waggle('explain', 'holding:ida/SPX', ...where)
  await gateway.stop()
  expect(code).toBe(0)
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(pack, 'utf8')))
})

test('neither a claim nor a pack, or both, is a wrong command line', async () => {
  for (const argv of [[], ['holding:ida/SPX', '--check', pack], ['--check', join(folder, 'none')]])
    await expect(waggle('explain', ...argv)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await expect(waggle('explain', 'nonsense', '--data', folder)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  })
})
