import type { HoldingJson } from '@waggle/api'
import { formatDecimal } from '@waggle/base'
import type { Holding } from '@waggle/view-hot'

/** What was gained is known once nothing is held; sums alone do not tell what a part of it cost. */
export function holdingJson({ agent, instrument, quantity, cash }: Holding): HoldingJson {
  return {
    agent,
    instrument,
    quantity: formatDecimal(quantity),
    average_price: null,
    realised: quantity === 0n ? formatDecimal(cash) : null,
  }
}
