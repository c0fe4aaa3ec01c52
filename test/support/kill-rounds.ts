/** How often a test kills its process: few times in every run, often where the slow tier runs; `WAGGLE_KILLS` says otherwise. */
export function killRounds(few: number, often: number): number {
  const { WAGGLE_KILLS, WAGGLE_SLOW, WAGGLE_REQUIRE_INFRA } = process.env
  return Number(WAGGLE_KILLS ?? ([WAGGLE_SLOW, WAGGLE_REQUIRE_INFRA].includes('1') ? often : few))
}
