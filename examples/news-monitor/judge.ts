import { z } from 'zod'

const headline = z.object({
  title: z.string().min(1).max(500),
  source: z.string().min(1).max(64),
  instrument: z.string().min(1).max(32).default('SPX'),
})

export type Headline = z.output<typeof headline>

/** Undefined for a line that is no headline. */
export function parseHeadline(text: string): Headline | undefined {
  try {
    return headline.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Words with what they are worth; a model may take the place of this table. */
const WORTH: Readonly<Record<string, number>> = {
  bankruptcy: -3,
  crash: -3,
  default: -3,
  halts: -2,
  falls: -1,
  misses: -1,
  beats: 1,
  rises: 1,
  rescue: 2,
  record: 2,
}

/** How much a headline says: the sum of its words; bad news weighs more than good. */
export function judge(title: string): {
  readonly strength: number
  readonly severity: 'INFO' | 'MEDIUM' | 'HIGH' | 'CRITICAL'
} {
  const words = title.toLowerCase().split(/[^a-z]+/)
  const strength = words.reduce((sum, word) => sum + (WORTH[word] ?? 0), 0)
  if (strength <= -3) return { strength, severity: 'CRITICAL' }
  if (strength <= -2) return { strength, severity: 'HIGH' }
  return { strength, severity: strength === 0 ? 'INFO' : 'MEDIUM' }
}
