import type { BankState } from './fold-bank.ts'
import { trustNow, type SwarmBank } from './swarm-bank.ts'

/** The state without what is made from the rest: plain data, to be put away. */
export function plainBank({ runs }: BankState): unknown {
  const plain = [...runs].map(([name, run]) => {
    const swarms = [...run.swarms].map(([swarm, bank]) => {
      const { counts: _, past: __, ...kept } = bank
      return [swarm, kept] as const
    })
    return [name, { ...run, swarms: new Map(swarms) }] as const
  })
  return { runs: new Map(plain) }
}

/** Takes up what `plainBank` gave. */
export function loadBank(state: BankState, plain: BankState): void {
  for (const [name, run] of plain.runs) {
    for (const [swarm, kept] of run.swarms) {
      const bank: SwarmBank = { ...kept, counts: () => true, past: undefined }
      trustNow(bank)
      run.swarms.set(swarm, bank)
    }
    state.runs.set(name, run)
  }
}
