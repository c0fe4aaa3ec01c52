const LINE = 16

/** Bytes given in hex as lines of offset, bytes and what of them is plain ASCII. */
export function hexDump(hex: string): string {
  const bytes = hex.match(/../g) ?? []
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += LINE) {
    const line = bytes.slice(at, at + LINE)
    const text = line.map((byte) => {
      const code = Number.parseInt(byte, 16)
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.'
    })
    const offset = at.toString(16).padStart(4, '0')
    lines.push(`${offset}  ${line.join(' ').padEnd(LINE * 3 - 1)}  ${text.join('')}`)
  }
  return lines.join('\n')
}

/** Base64 as hex. */
export function hexOfBase64(base64: string): string {
  return Array.from(atob(base64), (one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}
