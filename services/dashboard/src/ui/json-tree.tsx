import { timeText } from './format.ts'

export interface JsonTreeProps {
  readonly value: unknown
  /** Levels that are open at first. */
  readonly open?: number
  readonly name?: string
}

const TIME_FIELDS = /(_at|_from|_until|^at|^until|_heard)$/
const ITEMS_MAX = 200

/** A value as a tree that folds, JSON in texts too; times in microseconds are also said as times. */
export function JsonTree({ value: given, open = 1, name }: JsonTreeProps) {
  const value = unpacked(given)
  const label = name === undefined ? null : <span className="json-name">{name}: </span>
  if (value === null || typeof value !== 'object')
    return (
      <div className="json-leaf">
        {label}
        <Leaf value={value} name={name} />
      </div>
    )
  const entries = Object.entries(value)
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`
  if (entries.length === 0)
    return (
      <div className="json-leaf">
        {label}
        <span className="faint">{brackets}</span>
      </div>
    )
  return (
    <details className="json" open={open > 0}>
      <summary>
        {label}
        <span className="faint">{brackets}</span>
      </summary>
      {entries.slice(0, ITEMS_MAX).map(([key, child]) => (
        <JsonTree key={key} name={key} value={child} open={open - 1} />
      ))}
      {entries.length > ITEMS_MAX ? (
        <div className="json-leaf faint">and {entries.length - ITEMS_MAX} more</div>
      ) : null}
    </details>
  )
}

function Leaf({ value, name }: { value: unknown; name: string | undefined }) {
  const kind = value === null ? 'null' : typeof value
  const isTime = typeof value === 'number' && value > 1e14 && TIME_FIELDS.test(name ?? '')
  return (
    <>
      <span className={`json-${kind}`}>{JSON.stringify(value)}</span>
      {isTime ? <span className="faint"> {timeText(value)}</span> : null}
    </>
  )
}

/** Events carry objects as JSON texts: these are shown as what they say. */
function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}
