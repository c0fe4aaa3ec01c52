import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { emptyAdmission, judgeBatch } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { startService, type ServiceProcess } from '@waggle-infra/native/service'
import { openClusterBus, type ClusterBus } from '@waggle-services/cluster'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveInfra } from '../support/infra.ts'
import { waggle } from '../support/waggle-cli.ts'

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, services: [] }),
])
const folder = mkdtempSync(join(tmpdir(), 'waggle-rebuild-services-'))
const WAIT_MS = 60_000
const VIEWS = { coordination: 'coordinator', memory: 'memory-view' } as const

type View = keyof typeof VIEWS

const environmentOf = (view: View) => ({
  ...cluster!.environment,
  WAGGLE_SNAPSHOT_DIR: join(folder, VIEWS[view]),
})
const start = (view: View): Promise<ServiceProcess> =>
  startService(VIEWS[view], { environment: environmentOf(view) })

async function rebuild(view: View, ...argv: string[]) {
  const environment = environmentOf(view)
  const { code, out, err } = await waggle(['rebuild', view, '--json', ...argv], { environment })
  return { code, err, ...(out === '' ? {} : (JSON.parse(out) as object)) }
}

/** Turns a byte in the middle of the newest state. */
function damage(view: View): void {
  const views = join(folder, VIEWS[view], 'views', view)
  const newest = join(views, readdirSync(views).sort().at(-1)!)
  const bytes = readFileSync(newest)
  bytes[bytes.length - 20]! ^= 1
  writeFileSync(newest, bytes)
}

describe.skipIf(cluster === undefined)('waggle rebuild of what a service keeps', () => {
  let bus: ClusterBus
  let proposals = 0

  beforeAll(async () => {
    const config = parseEnvironment(cluster!.environment, () => '')
    const topics = parseTopicsFile(readFileSync('infra/kafka/topics.json', 'utf8'))
    bus = await openClusterBus(config, topics, { clock: systemClock(), logger: silentLogger })
    const ann = bus.emitter({ swarm: 'hive', run: null, agent: 'ann', session: 'joins' })
    await ann.emit({ kind: 'agent', op: 'JOINED', role: 'trader', weight: 1 })
    await bus.caughtUp(WAIT_MS)
  }, 240_000)
  afterAll(async () => {
    await bus?.stop()
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  /** Something that both services keep; what came of it in the log. */
  async function act(): Promise<void> {
    const session = `act/${++proposals}`
    const ann = bus.emitter({ swarm: 'hive', run: null, agent: 'ann', session })
    const electorate = [{ agent: 'ann', weight: 1 }]
    const proposal = session
    await ann.emitAll([
      { kind: 'proposal', proposal, question: '?', electorate, deadline_at: 4e15 },
      { kind: 'vote', proposal, choice: 'approve', confidence: 1, reasoning: '' },
      { kind: 'fact', namespace: 'ann', entity: proposal, attribute: 'n', value: 'clover' },
    ])
  }

  /** Records of results, those too that admission would refuse as repeats. */
  async function results(): Promise<number> {
    let found = 0
    for (const end of await bus.log.ends(partitionsOf(bus.log, ['waggle.proposal-results.v1']))) {
      const records = await bus.log.read({ ...end, offset: 0n }, Number(end.offset))
      for (const record of records) {
        const alone = { ...end, records: [record] }
        const { admitted } = await judgeBatch(bus.codec, emptyAdmission(), alone)
        if (admitted[0]?.writer.kind === 'proposal_result') found++
      }
    }
    return found
  }

  /** A service that ran until it had taken all there is, and drained. */
  async function lived(view: View, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const service = await start(view)
    try {
      await meanwhile()
      await expect.poll(() => idle(service), { timeout: WAIT_MS }).toBe(true)
    } finally {
      await service.stop()
    }
  }

  it.each(['coordination', 'memory'] as const)(
    'of %s: compares, exchanges and goes back while its service is stopped, and not while it runs',
    async (view) => {
      await act()
      await lived(view)
      expect(await rebuild(view)).toMatchObject({ code: 0, differences: 0, switched: true })
      damage(view)
      expect(await rebuild(view, '--diff')).toMatchObject({ code: 1, differences: 1 })
      expect(await rebuild(view, '--rollback')).toMatchObject({ code: 0 })
      expect(await rebuild(view, '--diff')).toMatchObject({ code: 0, differences: 0 })
      await lived(view, async () => {
        const stays = await rebuild(view, '--switch')
        expect(stays).toMatchObject({ code: 5 })
        expect(stays.err).toContain('a bus or a service runs on it; stop it first')
        await act()
      })
      expect(await rebuild(view, '--diff')).toMatchObject({ code: 0, differences: 0 })
      expect(await rebuild(view, '--drop-old')).toMatchObject({ code: 0 })
    },
    240_000,
  )

  it('says nothing twice in the log', async () => {
    await lived('coordination')
    expect(await results()).toBe(proposals)
  }, 120_000)

  it('says what to do for an instance without a folder', async () => {
    const { WAGGLE_SNAPSHOT_DIR: _, ...environment } = environmentOf('memory')
    const { code, err } = await waggle(['rebuild', 'memory'], { environment })
    expect(code).not.toBe(0)
    expect(err).toContain('start memory-view again instead')
  })
})

/** Whether a service has nothing left to apply. */
async function idle({ url }: ServiceProcess): Promise<boolean> {
  const answer = await fetch(`${url}/health`)
  const { projections } = (await answer.json()) as { projections: { lag: string; state: string }[] }
  return (
    projections.length > 0 &&
    projections.every(({ lag, state }) => lag === '0' && state === 'running')
  )
}
