import type { Random } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { emptyAdmission, judgeBatch, type AdmittedRecord, type Projection } from '@waggle/consume'
import type { Position, TopicPartition, WaggleEvent } from '@waggle/event'
import { createHotProjection, type HotProjection } from '@waggle/view-hot'
import { partitionsOf, type EventLog } from '@waggle/log'
import { createCoordinationProjection, type CoordinationScope } from '@waggle/view-coordination'
import { bend } from './bugs.ts'
import type { Coordinator } from './coordinators.ts'
import { scoped, type CoordinatorEnd, type HotEnd, type Named, type ReplicaEnd } from './history.ts'
import { NAMESPACE, PROPOSALS, RESOURCES, SCOPES } from './scenario.ts'
import { between, chance, pick, type World } from './world.ts'

/** Feeds a projection everything these partitions hold, in any order between them, in batches of any size. */
export async function readAll(
  { log, codec }: { readonly log: EventLog; readonly codec: Codec },
  projection: Projection,
  partitions: readonly TopicPartition[],
  random: Random,
  skips: (batch: number) => boolean = () => false,
): Promise<void> {
  const ends = (await log.ends(partitions)).filter(({ offset }) => offset > 0n)
  const left = ends.map((end) => ({
    end,
    from: { ...end, offset: 0n },
    admission: emptyAdmission(),
    last: { firstOffset: 0n, events: noEvents },
  }))
  for (let batch = 0; left.length > 0; batch++) {
    const one = pick(random, left)
    const { from, end, last } = one
    const records = await log.read(from, between(random, 1, 40))
    const judged = await judgeBatch(codec, one.admission, { ...from, records })
    const next: Position = { ...from, offset: from.offset + BigInt(records.length) }
    one.admission = judged.admission
    one.from = next
    one.last = { firstOffset: from.offset, events: judged.admitted }
    if (next.offset >= end.offset) left.splice(left.indexOf(one), 1)
    if (skips(batch)) continue
    const { topic, partition } = from
    const { admission } = judged
    // Now and then the batch before is delivered once more, in front of this one.
    const again = chance(random, 0.2)
    const firstOffset = again ? last.firstOffset : from.offset
    const events = again ? [...last.events, ...judged.admitted] : judged.admitted
    const nextOffset = next.offset
    await projection.apply({ topic, partition, firstOffset, nextOffset, events, admission })
  }
}

const noEvents: readonly AdmittedRecord[] = []

/** A reader that has no part in coordinating: it counts the results and keeps them. */
export async function coordinationReplica(
  world: World,
  name: string,
  partitions?: readonly TopicPartition[],
): Promise<ReplicaEnd> {
  const results: WaggleEvent[] = []
  const projection = createCoordinationProjection({
    publish: async (events) => void results.push(...events),
    lookAgain: () => {},
  })
  const wanted = partitions ?? partitionsOf(world.log, projection.topics)
  const skips = world.bug === 'skips-a-batch' && name === 'replica-1'
  await readAll(world, projection, wanted, world.process(name).random, (at) => skips && at === 3)
  const bytes = results.map((event) => world.codec.encode(event).toString('base64'))
  return { digest: await projection.digest(), results: bytes.sort() }
}

/** What a coordinator that lived to the end says, beside a replica of its partitions. */
export async function coordinatorEnd(world: World, of: Coordinator): Promise<CoordinatorEnd> {
  const { name } = of.process
  const { view } = of.projection
  const replica = await coordinationReplica(world, `${name}-again`, of.partitions)
  const named = <T>(read: (scope: CoordinationScope) => (T | undefined)[]): Named<T>[] =>
    SCOPES.flatMap((scope) =>
      read(scope).flatMap((report) => (report === undefined ? [] : [{ ...scope, report }])),
    )
  return {
    name,
    digest: await of.projection.digest(),
    expected: replica.digest,
    proposals: named((scope) => PROPOSALS.map((proposal) => view.proposal(scope, proposal))),
    entries: named((scope) => view.entries(scope, NAMESPACE)),
    locks: named((scope) => RESOURCES.map((resource) => view.lock(scope, resource))),
  }
}

export async function hotReplica(world: World, name: string): Promise<HotEnd> {
  const process = world.process(name)
  const projection = createHotProjection()
  const planted = world.bug === 'ignores-tokens' && name === 'hot-replica-1'
  const bug = planted ? world.bug : undefined
  const fed = bend(bug, projection, world.scheduler.clock(process))
  await readAll(world, fed, partitionsOf(world.log, projection.topics), process.random)
  return hotEnd(name, projection)
}

export async function hotEnd(name: string, { view, digest }: HotProjection): Promise<HotEnd> {
  const quantities = SCOPES.flatMap((scope) =>
    view.holdings(scope).map(({ agent, instrument, quantity }) => {
      return [scoped(scope, `${agent}/${instrument}`), quantity] as const
    }),
  )
  return { name, digest: await digest(), quantities: new Map(quantities) }
}
