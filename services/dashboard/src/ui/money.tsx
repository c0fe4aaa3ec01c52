import { groupDigits } from './format.ts'

export interface MoneyProps {
  /** A decimal as text, shown exactly; null is a dash. */
  readonly value: string | null
  /** Gains and losses in their colours, with a sign. */
  readonly signed?: boolean
}

export function Money({ value, signed = false }: MoneyProps) {
  if (value === null) return <span className="faint">–</span>
  const negative = value.startsWith('-')
  const zero = /^-?0*\.?0*$/.test(value)
  const digits = groupDigits(value.replace('-', ''))
  const sign = negative && !zero ? '−' : signed && !zero ? '+' : ''
  const tone = !signed || zero ? '' : negative ? 'loss' : 'gain'
  return <span className={`number ${tone}`}>{sign + digits}</span>
}
