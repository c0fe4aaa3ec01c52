import { formatDecimal, multiplyDecimal, type Decimal } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Fill } from '@waggle/event'
import { notThere, type EventFinder } from '../event-finder.ts'
import { isKnown, refuse, textOf, type Found, type KnownOf, type Rule } from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'

const FILLS = ['waggle.fills.v1'] as const

/** What an agent holds of an instrument, by average cost. */
export interface Position {
  quantity: Decimal
  /** Paid for what is held, without fees: negative where it was sold short. */
  cost: Decimal
  /** Gained by what was given back, without fees. */
  realised: Decimal
  /** Paid (negative) or received for all fills, fees included. */
  cash: Decimal
  fees: Decimal
  fills: number
}

export function flat(): Position {
  return { quantity: 0n, cost: 0n, realised: 0n, cash: 0n, fees: 0n, fills: 0 }
}

/** Takes a fill in place: what reduces a position realises its share of the cost, what goes beyond opens anew. */
export function addFill(held: Position, { quantity, price, fee }: Fill): void {
  const before = held.quantity
  const opposite = before !== 0n && before > 0n !== quantity > 0n
  const closing = opposite ? (abs(quantity) < abs(before) ? quantity : -before) : 0n
  if (closing !== 0n) {
    const share = (held.cost * closing) / before
    held.realised += share - multiplyDecimal(closing, price)
    held.cost += share
  }
  held.cost += multiplyDecimal(quantity - closing, price)
  held.quantity += quantity
  held.cash -= multiplyDecimal(quantity, price) + fee
  held.fees += fee
  held.fills++
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Fills of an agent, or of all, that count: those under a stale fencing token were fenced off. */
export async function findFills(
  finder: EventFinder,
  agent: string | undefined,
  wants: (fill: Fill) => boolean,
): Promise<KnownOf<'fill'>[]> {
  const own = (await finder.find(agent === undefined ? undefined : { agent }, FILLS)).filter(
    (known) => isKnown(known, 'fill'),
  )
  const wanted = own.filter(({ event }) => wants(event))
  if (wanted.every(({ event }) => event.fencing_token === null)) return wanted
  const stale = staleFills(await finder.find(undefined, FILLS))
  return wanted.filter(({ event }) => !stale.has(event.id))
}

/** A fill under a lock counts only with the highest token that its partition has seen for the resource. */
function staleFills(all: readonly KnownEvent[]): Set<string> {
  const fences = new Map<string, number>()
  const stale = new Set<string>()
  const inOrder = [...all].sort(
    (a, b) =>
      a.position.partition - b.position.partition || Number(a.position.offset - b.position.offset),
  )
  for (const { event } of inOrder) {
    if (event.kind !== 'fill' || event.lock_resource === null || event.fencing_token === null)
      continue
    const highest = fences.get(event.lock_resource) ?? -1
    if (event.fencing_token < highest) stale.add(event.id)
    else fences.set(event.lock_resource, event.fencing_token)
  }
  return stale
}

export async function findHolding(
  finder: EventFinder,
  { agent, instrument }: Claim & { kind: 'holding' },
): Promise<Found> {
  const fills = await findFills(finder, agent, (fill) => fill.instrument === instrument)
  if (fills.length === 0) throw notThere('fill of', `${agent}/${instrument}`)
  return {
    parameters: { agent, instrument },
    evidence: fills.map((known) => ({ known, role: 'fill' })),
  }
}

export const holdingRule: Rule = (events, parameters) => {
  const agent = textOf(parameters, 'agent')
  const instrument = textOf(parameters, 'instrument')
  const held = flat()
  for (const known of events) {
    if (
      !isKnown(known, 'fill') ||
      known.event.agent !== agent ||
      known.event.instrument !== instrument
    )
      refuse(`${known.event.id} is no fill of ${agent} in ${instrument}`, known.event.id)
    addFill(held, known.event)
  }
  return {
    quantity: formatDecimal(held.quantity),
    average_price: held.quantity === 0n ? null : formatDecimal(averagePrice(held)),
    realised: formatDecimal(held.realised),
    cash: formatDecimal(held.cash),
    fees: formatDecimal(held.fees),
    fills: held.fills,
  }
}

function averagePrice({ cost, quantity }: Position): Decimal {
  return (cost * 1_000_000_000n) / quantity
}
