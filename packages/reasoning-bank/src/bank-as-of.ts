import { projectAsOf, type AsOfOptions, type PastView } from '@waggle/replay'
import type { BankView } from './bank-view.ts'
import { createBankProjection, type BankOptions } from './project-bank.ts'

/**
 * The bank as it stood when only what was known then was known, from the log alone. Erasures hold for all times, so
 * those that came later are minded too.
 */
export function bankAsOf(
  options: Omit<AsOfOptions, 'topics'> & Omit<BankOptions, 'publisher'>,
): Promise<PastView<BankView>> {
  return projectAsOf(() => createBankProjection(options), options)
}
