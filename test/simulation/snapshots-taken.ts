import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type Random } from '@waggle/base'
import {
  createFileSnapshots,
  feedProjection,
  type KeptProjection,
  type Snapshots,
} from '@waggle/consume'
import { createBankProjection } from '@waggle/reasoning-bank'
import { partitionsOf } from '@waggle/log'
import { makeMemory } from '../support/past-answers.ts'
import { between, pick, type World } from './world.ts'

/** Views as they were at some turns, to be put away once nothing else runs. */
export interface SnapshotsTaken {
  /** A view as it is now: a living one, or a bank or memory that has read up to anywhere. */
  take(random: Random): Promise<void>
  /** The product's own snapshots of all of them, for as long as `use` takes; refusals of them go to `refused`. */
  use<T>(refused: string[], use: (snapshots: Snapshots) => Promise<T>): Promise<T>
}

export function takesSnapshots(
  world: World,
  living: () => readonly KeptProjection[],
): SnapshotsTaken {
  const taken: KeptProjection[] = []
  const readers: readonly KeptProjection[] = [createBankProjection(), makeMemory()]
  return {
    take: async (random) => {
      const view = pick(random, [...living(), ...readers])
      if (readers.includes(view)) await readOn(world, view, random)
      const dump = view.dump()
      if (dump === undefined) return
      const kept = structuredClone(dump)
      taken.push({ ...view, dump: () => kept })
    },
    use: async (refused, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'waggle-simulation-'))
      const warn = (_: object, text: string): void => void refused.push(text)
      const { log } = world
      const snapshots = createFileSnapshots({ folder, log, logger: { ...silentLogger, warn } })
      try {
        for (const view of taken) await snapshots.save(view)
        return await use(snapshots)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** Each partition from where it stands to anywhere before its end. */
async function readOn(world: World, view: KeptProjection, random: Random): Promise<void> {
  const ends = await world.log.ends(partitionsOf(world.log, view.topics))
  await feedProjection(
    world,
    view,
    ends.map((end) => ({ ...end, offset: BigInt(between(random, 0, Number(end.offset))) })),
  )
}
