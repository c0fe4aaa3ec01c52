import { knownEventOf, readAdmitted, type AdmittedRecord, type KnownEvent } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { type AsOfOptions } from '@waggle/replay'
import { DEFAULT_BANK, type BankConfig } from './bank-config.ts'
import { createBankView, type BankView } from './bank-view.ts'
import { BANK_TOPICS, emptyBank, foldBank, takeBefore } from './fold-bank.ts'

export interface BankAsOf {
  readonly view: BankView
  /** True once nothing appended later can count as known by the time: the answer is final. */
  readonly sealed: boolean
}

/**
 * The bank as it stood when only what was known at `asOf` was known, from the log alone. Erasures hold for all times, so
 * those that came later are minded too.
 */
export async function bankAsOf({
  run,
  asOf,
  config = {},
  ...source
}: AsOfOptions & { readonly config?: Partial<BankConfig> }): Promise<BankAsOf> {
  const full: BankConfig = { ...DEFAULT_BANK, ...config }
  const state = emptyBank()
  const erasures: KnownEvent[] = []
  let sealed = true
  for (const end of await source.log.ends(partitionsOf(source.log, BANK_TOPICS))) {
    let watermark = -Infinity
    for await (const batch of readAdmitted(source, end)) {
      const ofRun = batch.filter(({ envelope }) => envelope.run === run)
      watermark = ofRun.at(-1)?.knownFrom ?? watermark
      const inTime = (record: AdmittedRecord): boolean => record.knownFrom <= asOf
      foldBank(state, ofRun.filter(inTime).map(knownEventOf), full)
      const later = ofRun.filter((record) => !inTime(record) && record.writer.kind === 'erasure')
      erasures.push(...later.map(knownEventOf))
    }
    sealed &&= watermark > asOf
  }
  const bank = state.runs.get(run ?? '')
  if (bank !== undefined) takeBefore(bank, asOf + 1, full)
  foldBank(state, erasures, full)
  if (bank !== undefined) takeBefore(bank, Infinity, full)
  return { view: createBankView(state, full), sealed }
}
