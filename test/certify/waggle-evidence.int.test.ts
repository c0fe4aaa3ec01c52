import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EvidencePack } from '@waggle/api'
import { silentLogger, systemClock } from '@waggle/base'
import { createNoteKey, noteSigner } from '@waggle/certify'
import { digestOf, verifyPack } from '@waggle/explain'
import { openEmbeddedGateway } from '@waggle-services/gateway'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAgentBus } from '../support/agent-bus.ts'
import { member, trade } from '../support/explain-scene.ts'
import { waggle, type Said } from '../support/waggle-cli.ts'

const CLAIM = 'holding:ida/SPX'
let folder: string
let data: string
const file = (name: string): string => join(folder, name)
const json = (text: string): unknown => JSON.parse(text)

/** A desk that trades; what it says is in the log once this is over. */
async function trades(agent: string, ...quantities: string[]): Promise<void> {
  const bus = await openAgentBus({ log: 'lmdb', dataDir: data, clock: systemClock() })
  const ida = await member(bus, agent)
  for (const quantity of quantities) await trade(ida, { quantity, price: '25' })
  await bus.caughtUp(10_000)
  await bus.stop()
}

const certify = (): Promise<Said> =>
  waggle(['certify', '--data', data, '--out', file('log.cert'), '--key', file('log.key')])
const explained = (claim: string, out: string): Promise<Said> =>
  waggle(['explain', claim, '--data', data, '--out', file(out)])
const verify = (pack: string, key = file('log.key.pub')): Promise<Said> =>
  waggle(['verify', file(pack), '--key', key, '--json'])
const packIn = (name: string): EvidencePack =>
  json(readFileSync(file(name), 'utf8')) as EvidencePack

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-evidence-'))
  data = file('bus')
  // Enough in one partition that a path has more than one step.
  await trades('ida', '4', '-1', '2', '-2')
  await explained(CLAIM, 'before.json')
  expect(await certify()).toMatchObject({ code: 0 })
  const told = await explained(CLAIM, 'pack.json')
  expect(told).toMatchObject({ code: 0, out: expect.stringContaining('\nproven to be in the') })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('an evidence pack of a certified log', () => {
  it('proves offline that the log holds each of its events', async () => {
    const { code, out } = await verify('pack.json')
    expect(code, out).toBe(0)
    expect(json(out)).toMatchObject({
      holds: true,
      value: { quantity: '3' },
      certified: { origin: 'waggle' },
    })
    const check = ['explain', '--check', file('pack.json')]
    const keyed = await waggle([...check, '--key', file('log.key.pub')])
    expect(keyed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/in the log waggle, certified 20/),
    })
    const keyless = await waggle(check)
    expect(keyless).toMatchObject({ code: 0, out: expect.stringContaining('was not asked') })
    const { proof } = packIn('pack.json')
    expect(proof!.events.every(({ path }) => path.length > 1)).toBe(true)
  })

  it('is the same from a gateway', async () => {
    const deps = { clock: systemClock(), logger: silentLogger, version: 'test' }
    const gateway = await openEmbeddedGateway({ dataDir: data, port: 0, analytics: 'off', ...deps })
    await gateway.start()
    const where = ['--url', `${gateway.url}/#token=${gateway.token}`, '--swarm', 'desk']
    const { code, out } = await waggle(['explain', CLAIM, ...where, '--json'])
    await gateway.stop()
    expect(code).toBe(0)
    expect(json(out)).toEqual(packIn('pack.json'))
  })

  it('has no proof where an event came after the certificate, until there is a newer one', async () => {
    await trades('zoe', '9')
    const { out } = await explained('holding:zoe/SPX', 'late.json')
    expect(out).toContain('\nnot proven: ')
    expect(packIn('late.json').proof).toBeUndefined()
    expect(await verify('late.json')).toMatchObject({ code: 1 })
    await explained(CLAIM, 'still.json')
    expect(packIn('still.json')).toEqual(packIn('pack.json'))
    await certify()
    await explained('holding:zoe/SPX', 'late.json')
    expect(await verify('late.json')).toMatchObject({ code: 0 })
    // What an older certificate proves stays proven.
    expect(await verify('pack.json')).toMatchObject({ code: 0 })
  })
})

type Draft = {
  -readonly [Name in keyof EvidencePack]: EvidencePack[Name]
}

describe('a forger', () => {
  const FORGERIES: readonly [what: string, field: string, forge: (pack: Draft) => void][] = [
    [
      'moves an event in the log',
      'events',
      ({ events }) => {
        events[0]!.position = events[0]!.position.replace(/@\d+$/, '@9')
      },
    ],
    [
      'says that an event came at another time',
      'events',
      ({ events }) => {
        events[0]!.append_time += 1
      },
    ],
    [
      'names another key',
      'events',
      ({ proof }) => {
        proof!.events[0]!.key = 'desk/eve'
      },
    ],
    [
      'adds a header',
      'events',
      ({ proof }) => {
        proof!.events[0]!.headers.push(['ce_source', 'eve'])
      },
    ],
    [
      'changes a step of a path',
      'events',
      ({ proof }) => {
        proof!.events[0]!.path[0] = proof!.events[0]!.path[1]!
      },
    ],
    [
      'shortens a path',
      'events',
      ({ proof }) => {
        proof!.events[0]!.path.pop()
      },
    ],
    [
      'puts no hash into a path',
      'events',
      ({ proof }) => {
        proof!.events[0]!.path[0] = 'none'
      },
    ],
    [
      'gives another place in the tree',
      'events',
      ({ proof }) => {
        proof!.events[0]!.index += 1
      },
    ],
    [
      'leaves a proof out',
      'proof',
      ({ proof }) => {
        proof!.events.pop()
      },
    ],
    [
      'leaves all proofs out',
      'proof',
      (pack) => {
        delete (pack as { proof?: unknown }).proof
      },
    ],
    [
      'changes the certificate',
      'certificate',
      ({ proof }) => {
        proof!.certificate = proof!.certificate.replace('"seed":null', '"seed":"8"')
      },
    ],
    [
      'changes a root in the certificate',
      'certificate',
      ({ proof }) => {
        proof!.certificate = proof!.certificate.replace(/"storage":".{8}/, '"storage":"AAAAAAAA')
      },
    ],
    [
      'signs the certificate with a key of their own',
      'certificate',
      ({ proof }) => {
        const text = proof!.certificate.slice(0, proof!.certificate.lastIndexOf('\n\n') + 1)
        proof!.certificate = noteSigner(createNoteKey('waggle')).sign(text)
      },
    ],
  ]

  it.each(FORGERIES)('%s, and is refused: %s', (_, field, forge) => {
    const pack = packIn('pack.json') as Draft
    forge(pack)
    const verifier = readFileSync(file('log.key.pub'), 'utf8').trim()
    const refused = (input: EvidencePack): unknown => {
      try {
        return verifyPack(input, verifier)
      } catch (error) {
        return error
      }
    }
    expect(refused(pack)).toMatchObject({ code: 'INPUT_INVALID', field: 'digest' })
    const signed = { ...pack, digest: digestOf(pack) }
    expect(refused(signed)).toMatchObject({ code: 'INPUT_INVALID', field })
  })

  it('changes the bytes of an event to another that could be read, and is refused', async () => {
    const pack = packIn('pack.json') as Draft
    const [first, second] = pack.events
    ;[first!.raw, second!.raw] = [second!.raw, first!.raw]
    writeFileSync(file('swapped.json'), JSON.stringify({ ...pack, digest: digestOf(pack) }))
    const { code, out } = await verify('swapped.json')
    expect(code).toBe(1)
    expect(json(out)).toMatchObject({ holds: false, field: 'events' })
  })
})

it('a pack is verified with a key, and no log', async () => {
  const pack = file('pack.json')
  for (const more of [[], ['--key', file('log.key.pub'), '--data', data]])
    expect(await waggle(['verify', pack, ...more])).toMatchObject({ code: 2 })
  expect(await waggle(['verify', pack, '--key', 'none'])).toMatchObject({ code: 1 })
  expect(await waggle(['explain', CLAIM, '--data', data, '--key', 'x'])).toMatchObject({ code: 2 })
  expect(await verify('before.json')).toMatchObject({
    code: 1,
    out: expect.stringContaining('"field":"proof"'),
  })
})
