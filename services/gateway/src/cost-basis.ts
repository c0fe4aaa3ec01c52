import { multiplyDecimal, type Decimal } from '@waggle/base'
import type { Fill } from '@waggle/event'

/** What is held of an instrument, what it cost, and what was gained by what is held no more. */
export interface CostBasis {
  quantity: Decimal
  /** Paid for what is held; negative for what is held short. */
  cost: Decimal
  /** Gains of what was closed, less all fees. */
  realised: Decimal
}

const ONE = 1_000_000_000n

/**
 * Fills, in the order known, by average cost: opening adds to the cost, closing takes its share of it away. A fill
 * under a lock counts only with the highest token seen for the resource, as in the hot view.
 */
export class CostBook {
  readonly #bases = new Map<string, CostBasis>()
  readonly #fences = new Map<string, number>()

  of(agent: string, instrument: string): CostBasis | undefined {
    return this.#bases.get(nameOf(agent, instrument))
  }

  add(fill: Fill): void {
    if (this.#isFenced(fill)) return
    const { agent, instrument, quantity, price, fee } = fill
    const name = nameOf(agent, instrument)
    const basis = this.#bases.get(name) ?? { quantity: 0n, cost: 0n, realised: 0n }
    this.#bases.set(name, basis)
    basis.realised -= fee
    const opposed = basis.quantity < 0n ? quantity > 0n : quantity < 0n
    const closed = basis.quantity === 0n || !opposed ? 0n : nearest(quantity, -basis.quantity)
    if (closed !== 0n) {
      const cost = (basis.cost * -closed) / basis.quantity
      basis.realised += multiplyDecimal(-closed, price) - cost
      basis.cost -= cost
    }
    basis.cost += multiplyDecimal(quantity - closed, price)
    basis.quantity += quantity
  }

  #isFenced({ lock_resource: resource, fencing_token: token }: Fill): boolean {
    if (resource === null || token === null) return false
    const highest = this.#fences.get(resource) ?? -1
    if (token < highest) return true
    this.#fences.set(resource, token)
    return false
  }
}

/** Cost of one unit; undefined where nothing is held. */
export function averagePrice({ quantity, cost }: CostBasis): Decimal | undefined {
  return quantity === 0n ? undefined : (cost * ONE) / quantity
}

/** The one of two numbers of one sign that is nearer to zero. */
function nearest(a: Decimal, b: Decimal): Decimal {
  return (a < 0n ? -a : a) < (b < 0n ? -b : b) ? a : b
}

function nameOf(agent: string, instrument: string): string {
  return `${agent}/${instrument}`
}
