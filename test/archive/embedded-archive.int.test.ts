import { join } from 'node:path'
import { Archive, openLocalStore, runArchive, trimArchived } from '@waggle/archive'
import { manualClock, silentLogger, type ManualClock } from '@waggle/base'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { describe, expect, it } from 'vitest'
import { DAY, FIRST_DAY, temporaryFolder } from '../support/archive-scene.ts'

const WAIT_MS = 60_000
const SWARM = 'desk'

function open(folder: string, clock: ManualClock, archive = true): Promise<EmbeddedBus> {
  return openEmbeddedBus(
    {
      dataDir: folder,
      analytics: 'off',
      tickMs: 0,
      // Every start reads the log from its beginning.
      snapshots: 'off',
      ...(archive ? { archive: join(folder, 'archive') } : {}),
    },
    { clock, logger: silentLogger },
  )
}

describe('an embedded bus with an archive', () => {
  it('starts with the same views once the log has let go of what is archived, and goes on', async () => {
    const folder = await temporaryFolder()
    const clock = manualClock(FIRST_DAY)
    const bus = await open(folder, clock)
    const emitter = bus.emitter({ swarm: SWARM, agent: 'ada', session: 'one' })
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    for (let day = 0; day < 5; day++) {
      await emitter.emit({ kind: 'experience', namespace: 'ada', type: 't', content: `day ${day}` })
      await emitter.emit({
        kind: 'decision',
        action: `act ${day}`,
        context: '',
        reasoning: '',
        confidence: 0.5,
      })
      clock.advance(DAY)
    }
    await bus.caughtUp(WAIT_MS)
    const before = await bus.digests()
    const archive = await Archive.open(openLocalStore(join(folder, 'archive')))
    const { log, codec } = bus
    const { problems } = await runArchive({ log, codec, archive, before: FIRST_DAY + 3 * DAY })
    expect(problems).toEqual([])
    await bus.stop()

    const second = await open(folder, clock)
    const trimmed = await trimArchived(second.log, archive)
    expect(trimmed.length).toBeGreaterThan(0)
    await second.stop()

    const third = await open(folder, clock)
    await third.caughtUp(WAIT_MS)
    expect(await third.digests()).toEqual(before)
    const again = third.emitter({ swarm: SWARM, agent: 'ada', session: 'two' })
    const { position } = await again.emit({
      kind: 'experience',
      namespace: 'ada',
      type: 't',
      content: 'later',
    })
    await third.memory.runner.progress.waitFor([position], WAIT_MS)
    await third.stop()
  })
})
