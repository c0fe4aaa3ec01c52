import { readFile } from 'node:fs/promises'
import { messageOf, parseDecimal, WaggleError } from '@waggle/base'
import type { CostModel } from '@waggle/backtest'
import { z } from 'zod'

/** A decimal, as text or as a number. */
export const moneyOption = z
  .union([z.string(), z.number().transform(String)])
  .transform((text) => parseDecimal(text))
  .refine((value) => value !== undefined, { message: 'is no decimal' })
  .transform((value) => value!)

const bps = z.number().min(0).optional()
const schema = z.strictObject({
  commissionBps: bps,
  commissionPerUnit: moneyOption.optional(),
  commissionMinimum: moneyOption.optional(),
  spreadBps: bps,
  slippageBps: bps,
  /** Most of the volume of a bar that is filled, 0 to 1. */
  volumeShare: z.number().min(0).max(1).optional(),
  /** Times the square of the share: how far the price moves. */
  volumeImpact: z.number().min(0).max(1).default(0.1),
  borrowBps: bps,
})

/** JSON, as it is or in a file. CONFIG_INVALID lists every bad key. */
export async function costsOf(given: string | undefined): Promise<CostModel> {
  if (given === undefined) return {}
  const parsed = schema.safeParse(await jsonOf(given))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new WaggleError('CONFIG_INVALID', `--costs: ${problems.join('; ')}`, { input: problems })
  }
  const { slippageBps, volumeShare, volumeImpact, ...costs } = parsed.data
  if (slippageBps !== undefined && volumeShare !== undefined)
    throw new WaggleError('CONFIG_INVALID', '--costs: slippageBps or volumeShare, not both')
  const slippage =
    slippageBps !== undefined
      ? ({ model: 'fixed', bps: slippageBps } as const)
      : volumeShare !== undefined
        ? ({ model: 'volume-share', share: volumeShare, impact: volumeImpact } as const)
        : undefined
  const known = Object.entries({ ...costs, slippage }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as CostModel
}

async function jsonOf(given: string): Promise<unknown> {
  try {
    return JSON.parse(given.trimStart().startsWith('{') ? given : await readFile(given, 'utf8'))
  } catch (error) {
    throw new WaggleError('CONFIG_INVALID', `--costs: ${messageOf(error)}`, { cause: error })
  }
}
