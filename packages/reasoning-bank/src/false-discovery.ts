/**
 * How much evidence the j-th hypothesis needs, so that of all patterns ever promoted at most `rate` are false on
 * average, whatever depends on what: e-LOND (Xu & Ramdas 2024, "Online multiple testing with e-values", AISTATS)
 * with levels that are looked up when a hypothesis is judged, not when it is made:
 *
 *   promote j once its e-process reaches 1 / (rate * share(j) * (promotions so far + 1))
 *
 * A false one then adds 1{promoted} / promotions <= rate * share(j) * e, and e expects at most 1 at a stopping
 * time of its own; shares sum to 1. Judging only when a bet of its own is settled keeps it a stopping time. It is
 * chosen over e-LORD and e-SAFFRON (Zhang et al. 2025), which have more power but need e-values that are valid
 * given what other hypotheses found: patterns share their lessons, so that does not hold here.
 */
export function levelOf(rate: number, hypothesis: number, promotions: number): number {
  return Math.min(1, rate * shareOf(hypothesis) * (promotions + 1))
}

/** Sum of 1 / (n log^2 n) from 2 on is 2.1097...; so the shares of 1, 2, 3 ... sum to just under 1. */
const SUM = 2.11

export function shareOf(hypothesis: number): number {
  const n = hypothesis + 1
  return 1 / (SUM * n * Math.log(n) ** 2)
}
