import './hex-block.css'
import { hexDump } from './hex-dump.ts'

export interface HexBlockProps {
  readonly label: string
  /** The bytes, two digits each. */
  readonly hex: string
  /** Bytes shown at most. */
  readonly most?: number
}

const MOST = 1024

export function HexBlock({ label, hex, most = MOST }: HexBlockProps) {
  return <TextBlock label={label} text={hexDump(hex.slice(0, 2 * most))} />
}

export function TextBlock({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <section className="hex" aria-label={label} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  )
}
