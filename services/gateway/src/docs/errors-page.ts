import { GATEWAY_CODES } from '@waggle/api'
import { ERROR_CODES, type ErrorCode } from '@waggle/base'
import type { GatewayCode } from '../gateway-fault.ts'
import { statusOf } from '../problem-of.ts'
import { GATEWAY_ADVICE } from './gateway-advice.ts'
import { page, prose } from './html.ts'

export interface ErrorEntry {
  readonly code: string
  readonly status: number
  readonly retriable: boolean
  readonly advice: string
}

/** Every code a problem can have, by name. */
export function errorEntries(): ErrorEntry[] {
  const own = (Object.keys(GATEWAY_CODES) as GatewayCode[]).map((code) => {
    const retriable = code === 'RATE_LIMITED' || code === 'READER_TOO_SLOW'
    return { code, status: GATEWAY_CODES[code], retriable, advice: GATEWAY_ADVICE[code] }
  })
  const others = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const [retriable, advice] = ERROR_CODES[code]
    return { code, status: statusOf(code), retriable, advice }
  })
  const last = { code: 'INTERNAL', status: 500, retriable: false, advice: "See the gateway's log." }
  return [...own, ...others, last].sort((a, b) => (a.code < b.code ? -1 : 1))
}

export function errorsPage(): string {
  const rows = errorEntries().map(
    ({ code, status, retriable, advice }) =>
      `<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${status}</td><td>${retriable ? 'yes' : 'no'}</td><td>${prose(advice)}</td></tr>`,
  )
  return page(
    'Errors',
    `<p>Every answer that is not 2xx is <code>application/problem+json</code> with one of these codes.</p>
<table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Again?</th><th scope="col">What to do</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`,
  )
}
