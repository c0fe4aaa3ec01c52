import type { Clock } from '@waggle/base'
import type { Context, Contexts } from '../swarm/contexts.ts'
import type { Checked } from './check.ts'
import { causeOf } from './reach.ts'

const TIMEOUT_MS = 3000
const SKEW_SECONDS_MAX = 5

/** Whether the gateways of all contexts answer, know the token, and have this machine's time. */
export function checkContexts({ selected, contexts }: Contexts, clock: Clock): Promise<Checked[]> {
  const checks = Object.entries(contexts).map(async ([name, context]) => {
    const { ok, found, fix } = await look(context, clock)
    return { name: `context ${name}`, needed: name === selected, ok, found, fix }
  })
  return Promise.all(checks)
}

async function look(
  { url, token }: Context,
  clock: Clock,
): Promise<Pick<Checked, 'ok' | 'found' | 'fix'>> {
  try {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` }
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(`${url}/v1/me`, { headers, signal })
    await response.arrayBuffer()
    if (!response.ok) {
      const fix = 'Add the context again with the token of the gateway: waggle contexts add'
      return { ok: false, found: `${url} answers ${response.status}`, fix }
    }
    const theirs = Date.parse(response.headers.get('date') ?? '')
    const skew = Number.isFinite(theirs) ? Math.abs(clock.now() / 1000 - theirs) / 1000 : 0
    const fix = 'Set the clocks of both machines, best by NTP'
    // The header has whole seconds.
    if (skew > SKEW_SECONDS_MAX)
      return { ok: false, found: `its clock is ${skew.toFixed(0)} s off`, fix }
    return { ok: true, found: `${url} answers, clocks agree`, fix: '' }
  } catch (error) {
    const fix = 'Start the gateway (waggle dev), or forget it: waggle contexts rm'
    return { ok: false, found: `${url}: ${causeOf(error)}`, fix }
  }
}
