import type { Certificate, Finding } from '@waggle/certify'

/** Says what was certified and what is not so; the exit code. */
export function printFindings(
  out: { write(text: string): unknown },
  json: boolean,
  certificate: Certificate | undefined,
  findings: readonly Finding[],
): number {
  if (json) {
    const { origin, records, storage, body } = certificate ?? {}
    const content = body?.content
    out.write(`${JSON.stringify({ origin, records, storage, content, findings })}\n`)
  } else {
    for (const line of [...summaryOf(certificate), ...findings.flatMap(linesOf)])
      out.write(`${line}\n`)
    if (findings.length === 0) out.write('nothing differs\n')
  }
  return findings.length === 0 ? 0 : 1
}

function summaryOf(certificate: Certificate | undefined): string[] {
  if (certificate === undefined) return []
  const { origin, records, storage, body } = certificate
  return [
    `${origin}  ${records} records in ${body.partitions.length} partitions, ${body.views.length} views, ${body.schemas.length} schemas, ${body.issuedAt}`,
    `  storage ${storage}`,
    `  content ${body.content}`,
  ]
}

function linesOf({ what, at, expected, found }: Finding): string[] {
  return [`BAD ${what} ${at}`, `  expected ${expected}`, `  found    ${found}`]
}
