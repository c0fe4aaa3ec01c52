import type { Micros } from '@waggle/base'
import type { Decision, Outcome } from '@waggle/event'

/** A decision, and what came of it. */
export interface Forecast {
  readonly decision: string
  readonly by: string
  readonly at: Micros
  readonly instrument: string | null
  /** Probability that was said. */
  readonly confidence: number
  readonly horizonAt: Micros | null
  readonly cutoff: Micros | null
  /** Whether the training data of its model reach beyond the time it was made at. */
  readonly contaminated: boolean
  success?: boolean
}

/** Every decision of a run and its first outcome. */
export class ForecastLedger {
  readonly #byDecision = new Map<string, Forecast>()

  get all(): Forecast[] {
    return [...this.#byDecision.values()]
  }

  open(event: Decision, at: Micros): void {
    const { id, agent, instrument, confidence, horizon_at: horizonAt, model_cutoff: cutoff } = event
    const contaminated = cutoff !== null && cutoff > at
    const forecast = {
      decision: id,
      by: agent,
      at,
      instrument,
      confidence,
      horizonAt,
      cutoff,
      contaminated,
    }
    this.#byDecision.set(id, forecast)
  }

  settle({ decision, success }: Outcome): void {
    const forecast = this.#byDecision.get(decision)
    if (forecast !== undefined) forecast.success ??= success
  }

  horizonOf(decision: string): Micros | undefined {
    return this.#byDecision.get(decision)?.horizonAt ?? undefined
  }

  isContaminated(decision: string): boolean {
    return this.#byDecision.get(decision)?.contaminated ?? false
  }
}
