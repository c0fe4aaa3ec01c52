import type { AgentContextJson } from '@waggle/api'
import { groupDigits, percentText } from '../../ui/format.ts'

/** Estimated tokens of each block of what an agent sees: one bar, and the numbers. */
export function WindowBar({ blocks }: { readonly blocks: AgentContextJson['window'] }) {
  const all = blocks.reduce((sum, { tokens }) => sum + tokens, 0)
  return (
    <>
      <div className="window-bar" aria-hidden>
        {blocks.map(({ block, tokens }, index) => (
          <span
            key={block}
            style={{ flexGrow: tokens, background: `var(--series-${(index % 6) + 1})` }}
          />
        ))}
      </div>
      <ul className="window-legend">
        {blocks.map(({ block, tokens, items }, index) => (
          <li key={block}>
            <i aria-hidden style={{ background: `var(--series-${(index % 6) + 1})` }} />
            <strong>{block}</strong> {groupDigits(String(tokens))} tokens
            <span className="faint">
              {' '}
              in {items} {items === 1 ? 'item' : 'items'},{' '}
              {percentText(all === 0 ? 0 : tokens / all, 0)}
            </span>
          </li>
        ))}
        <li>
          <strong>together</strong> {groupDigits(String(all))} tokens
        </li>
      </ul>
    </>
  )
}
