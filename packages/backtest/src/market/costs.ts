import {
  decimalFromNumber,
  multiplyDecimal,
  WaggleError,
  type Decimal,
  type Micros,
} from '@waggle/base'

/** Slippage beyond the spread: what one's own order does to the price. */
export type SlippageModel =
  | { readonly model: 'fixed'; readonly bps: number }
  /**
   * The price moves by `impact` times the square of one's share in the volume, which is at most `share`; what does not
   * fit waits for the next price (VolumeShareSlippage of Zipline: 0.025 and 0.1).
   */
  | { readonly model: 'volume-share'; readonly share: number; readonly impact: number }

/** What trading costs; nothing where a part is left out. One basis point is 0.01 %. */
export interface CostModel {
  /** Of the value traded. */
  readonly commissionBps?: number
  /** Money per unit traded. */
  readonly commissionPerUnit?: Decimal
  /** Least commission of a fill. */
  readonly commissionMinimum?: Decimal
  /** Between bid and ask; a fill pays half of it. */
  readonly spreadBps?: number
  readonly slippage?: SlippageModel
  /** A year's fee for what is borrowed to be sold, of its value. */
  readonly borrowBps?: number
}

export interface Execution {
  /** Signed; less than wanted where the volume does not bear it. */
  readonly quantity: Decimal
  readonly price: Decimal
  readonly fee: Decimal
}

/** A cost model as exact arithmetic; every rounding is against the trader. */
export interface Costs {
  /** A fill of what is wanted at this quoted price, of whose volume some is `used`; undefined where nothing is left. */
  execute(wanted: Decimal, quoted: Decimal, volume: Decimal, used?: Decimal): Execution | undefined
  /** Fee for a short position of this value (positive) over this time. */
  borrow(value: Decimal, during: Micros): Decimal
}

const ONE: Decimal = 1_000_000_000n
const BPS = 10_000
const YEAR: Micros = 365 * 86_400_000_000

/** CONFIG_INVALID for a negative or unreasonable cost. */
export function createCosts(model: CostModel): Costs {
  check(model)
  const { commissionPerUnit = 0n, commissionMinimum = 0n, slippage } = model
  const commission = shareOf(model.commissionBps)
  const borrowed = shareOf(model.borrowBps)
  const fixed = shareOf((model.spreadBps ?? 0) / 2) + shareOf(fixedBps(slippage))
  const volumeShare = slippage?.model === 'volume-share' ? slippage : undefined
  const shareMax = decimalFromNumber(volumeShare?.share ?? 0)
  const impact = decimalFromNumber(volumeShare?.impact ?? 0)

  const fillable = (size: Decimal, volume: Decimal, used: Decimal): Decimal => {
    if (volumeShare === undefined) return size
    const most = multiplyDecimal(volume, shareMax) - used
    return size < most ? size : most
  }
  const moved = (size: Decimal, volume: Decimal): Decimal => {
    if (volumeShare === undefined || volume === 0n) return fixed
    const share = ceilingDivide(size * ONE, volume)
    return fixed + roundUp(impact, roundUp(share, share))
  }
  return {
    execute: (wanted, quoted, volume, used = 0n) => {
      const isBuy = wanted > 0n
      const size = fillable(isBuy ? wanted : -wanted, volume, used)
      if (size <= 0n) return undefined
      const by = roundUp(quoted, moved(size + used, volume))
      const price = isBuy ? quoted + by : quoted - by
      const ofValue = roundUp(roundUp(size, price), commission)
      const fee = ofValue + roundUp(size, commissionPerUnit)
      return {
        quantity: isBuy ? size : -size,
        price,
        fee: fee > commissionMinimum ? fee : commissionMinimum,
      }
    },
    borrow: (value, during) => ceilingDivide(value * borrowed * BigInt(during), ONE * BigInt(YEAR)),
  }
}

function fixedBps(slippage: SlippageModel | undefined): number {
  return slippage?.model === 'fixed' ? slippage.bps : 0
}

function shareOf(bps = 0): Decimal {
  return decimalFromNumber(bps / BPS)
}

function roundUp(a: Decimal, b: Decimal): Decimal {
  return ceilingDivide(a * b, ONE)
}

/** Of a number that is not negative. */
function ceilingDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b
}

function check(model: CostModel): void {
  const { slippage, commissionBps = 0, spreadBps = 0, borrowBps = 0 } = model
  const shares = slippage?.model === 'volume-share' ? [slippage.share, slippage.impact] : []
  const bps = { commissionBps, spreadBps, borrowBps, slippage: fixedBps(slippage) }
  const bad = Object.entries(bps)
    .filter(([, value]) => !(value >= 0 && value < BPS))
    .map(([name, value]) => `${name} is ${value}, not from 0 to ${BPS}`)
  if (shares.some((share) => !(share >= 0 && share <= 1)))
    bad.push('slippage: shares are from 0 to 1')
  if ((model.commissionPerUnit ?? 0n) < 0n || (model.commissionMinimum ?? 0n) < 0n)
    bad.push('commissions are not negative')
  if (bad.length > 0)
    throw new WaggleError('CONFIG_INVALID', `costs: ${bad.join('; ')}`, { input: bad })
}
