import type { HoldingJson } from '@waggle/api'
import { formatDecimal } from '@waggle/base'
import type { Holding } from '@waggle/view-hot'
import { averagePrice, type CostBook } from '../cost-basis.ts'

/** With what it cost, where the fills that were read are those that the view has. */
export function holdingJson(
  { agent, instrument, quantity, cash }: Holding,
  costs?: CostBook,
): HoldingJson {
  const basis = costs?.of(agent, instrument)
  const isSame = basis?.quantity === quantity
  const average = isSame ? averagePrice(basis) : undefined
  // Where nothing is held all that was paid and received is gain.
  const realised = quantity === 0n ? cash : isSame ? basis.realised : undefined
  return {
    agent,
    instrument,
    quantity: formatDecimal(quantity),
    average_price: average === undefined ? null : formatDecimal(average),
    realised: realised === undefined ? null : formatDecimal(realised),
  }
}
