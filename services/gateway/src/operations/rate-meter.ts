import type { Clock, Micros } from '@waggle/base'

interface Sample {
  readonly at: Micros
  readonly total: bigint
}

const WINDOW_MICROS = 10_000_000
const SAMPLES_MAX = 64

/** Records a second over the last ten seconds, by name, from totals looked at now and then; 0 at the first look. */
export interface RateMeter {
  /** Whether the name was looked at within these seconds: else there is no rate to tell yet. */
  knows(name: string): boolean
  look(name: string, total: bigint): number
}

export function createRateMeter({ now }: Pick<Clock, 'now'>): RateMeter {
  const kept = new Map<string, Sample[]>()
  return {
    knows: (name) => (kept.get(name) ?? []).some(({ at }) => now() - at <= WINDOW_MICROS),
    look: (name, total) => {
      const at = now()
      // A view that is built again begins anew.
      const before = (kept.get(name) ?? []).filter((sample) => sample.total <= total)
      const recent = before.filter((sample) => at - sample.at <= WINDOW_MICROS)
      kept.set(name, [...recent.slice(-SAMPLES_MAX), { at, total }])
      const first = recent[0]
      if (first === undefined || at <= first.at) return 0
      return Number(total - first.total) / ((at - first.at) / 1_000_000)
    },
  }
}
