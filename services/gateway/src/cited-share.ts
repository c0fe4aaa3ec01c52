import type { Position, TopicPartition } from '@waggle/event'
import { partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import type { GatewayBus } from './gateway-bus.ts'
import { walkLog, type Stretch } from './log/log-walk.ts'

const TOPICS = ['waggle.recalls.v1', 'waggle.decisions.v1'] as const
/** Recalls and decisions looked at, newest first: the figure is about the latest ones. */
const LOOKED_MOST = 20_000

/**
 * Share of the memories recalled that a later decision of the same agent cited; null where none was recalled. Only
 * memories that are events count, for decisions cite events: documents and patterns are recalled by name.
 *
 * @param last The last included record of each partition; all of the log if left out.
 */
export async function citedShare(
  { log, codec }: Pick<GatewayBus, 'log' | 'codec'>,
  { swarm, run }: { readonly swarm: string; readonly run: string | null },
  last: readonly Position[] | undefined,
): Promise<number | null> {
  const cited = new Set<string>()
  let [recalled, used, looked] = [0, 0, 0]
  const stretches = await stretchesOf(log, last)
  for await (const { value } of walkLog({ log, stretches, newestFirst: true, since: -Infinity })) {
    if (++looked > LOOKED_MOST) break
    const event = await codec.decode(value).catch(() => undefined)
    if (event?.swarm !== swarm || event.run !== run) continue
    if (event.kind === 'decision') for (const id of event.inputs) cited.add(`${event.agent} ${id}`)
    if (event.kind !== 'recall') continue
    for (const { memory } of event.found.filter(({ memory: id }) => !id.includes(':'))) {
      recalled++
      if (cited.has(`${event.agent} ${memory}`)) used++
    }
  }
  return recalled === 0 ? null : used / recalled
}

async function stretchesOf(
  log: GatewayBus['log'],
  last: readonly Position[] | undefined,
): Promise<Stretch[]> {
  const partitions: TopicPartition[] = partitionsOf(log, TOPICS)
  const included = new Map(last?.map((at) => [partitionName(at), Number(at.offset) + 1]))
  return (await log.ends(partitions)).map((at) => ({
    at: { ...at, offset: 0n },
    from: 0,
    to: last === undefined ? Number(at.offset) : (included.get(partitionName(at)) ?? 0),
  }))
}
