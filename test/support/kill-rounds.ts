import { SLOW_TIER } from './slow-tier.ts'

/** How often a test kills its process: few times in every run, often where the slow tier runs; `WAGGLE_KILLS` says otherwise. */
export function killRounds(few: number, often: number): number {
  return Number(process.env['WAGGLE_KILLS'] ?? (SLOW_TIER ? often : few))
}
