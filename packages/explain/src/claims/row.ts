import { eventToJson } from '@waggle/event'
import { TABLES } from '@waggle/view-analytics'
import type { Json } from '@waggle/view-coordination'
import type { EventFinder } from '../event-finder.ts'
import { notThere } from '../event-finder.ts'
import { refuse, textOf, type Found, type Rule } from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'

const tableOf: Readonly<Record<string, { readonly table: string }>> = TABLES

/** The event that a row of the analytical store was made of. */
export async function findRow(
  finder: EventFinder,
  { table, position }: Claim & { kind: 'row' },
): Promise<Found> {
  const known = await finder.mustBeAt(position)
  if (tableOf[known.event.kind]?.table !== table) throw notThere(`row of that event in`, table)
  return { parameters: { table }, evidence: [{ known, role: 'row' }] }
}

/** Its columns, as they stand in the store: what is sealed there is sealed here. */
export const rowRule: Rule = ([known, ...others], parameters) => {
  if (known === undefined || others.length > 0) refuse('A row is one event')
  const { event, position, knownFrom, late } = known
  if (tableOf[event.kind]?.table !== textOf(parameters, 'table'))
    refuse(`${event.kind} is no row of ${textOf(parameters, 'table')}`)
  const { kind: _kind, ...columns } = eventToJson(event) as Record<string, Json>
  const { partition, offset } = position
  return {
    _partition: partition,
    _offset: String(offset),
    _known_from: knownFrom,
    _late: late,
    ...columns,
  }
}
