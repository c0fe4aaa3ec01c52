import { ROUTES, tokenOf, type LockInput } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import { createLockRequests, type LockGrant, type LockRequests } from '@waggle/coordinate'
import type { Position } from '@waggle/event'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { lockHistory } from '../lock-history.ts'
import { lockStepJson } from '../json/coordination-json.ts'
import { authorize } from '../principal.ts'
import { readScope, writableRunIn } from '../read-scope.ts'
import type { Speaker } from '../sessions.ts'
import { createSharedWaits } from '../shared-waits.ts'

const STEPS = 100

/**
 * Locks for callers over HTTP. Nothing is renewed for them: a grant ends with its lease, and a caller that goes
 * away while it waits gives up its place, so no lock outlives who asked for it by more than the lease.
 */
export function bindLockRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { bus, readers, random } = parts
  const waits = createSharedWaits<LockGrant>(
    () => new WaggleError('LOCK_UNAVAILABLE', 'The caller went away while it waited'),
  )
  bindRoute(app, ROUTES.lock, async ({ params, query, body, principal, signal }) => {
    const [swarm, resource] = [params['swarm']!, params['resource']!]
    const { agent, op } = body
    authorize(principal, { verb: 'lock', swarm, agent })
    const speaker = { swarm, agent, run: writableRunIn(query) }
    const request = requestIn(body) ?? random.sessionId()
    const wish = {
      resource,
      request,
      ...(body.mode === undefined ? {} : { mode: body.mode }),
      ...(body.lease_ms === undefined ? {} : { leaseMs: body.lease_ms }),
    }
    const requests = requestsOf(parts, speaker)
    const token = body.token === undefined ? undefined : BigInt(body.token)
    const key = JSON.stringify([speaker, resource, request])
    const grant = await (op === 'ACQUIRE'
      ? waits.wait(key, signal, (left) => requests.acquire(wish, body.wait_ms ?? 0, left))
      : op === 'RENEW'
        ? requests.renew(wish, token)
        : requests.release(wish, token))
    return { data: grantJson(request, grant), position: tokenAt(grant.position) }
  })
  bindRoute(app, ROUTES.lockHistory, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const { limit = STEPS } = query
    // What was counted is there at once; that it stands in the log is waited for by who asks for a position.
    if (query.after !== undefined) await bus.coordination.runner.caughtUp(query.timeout_ms ?? 5000)
    return scope.view('coordination', async () =>
      (await lockHistory(bus, scope, params['resource']!, limit)).map(lockStepJson),
    )
  })
}

function requestsOf({ bus, sessions }: GatewayParts, speaker: Speaker): LockRequests {
  const { log, codec, clock, coordination, vault } = bus
  const emitter = sessions.of(speaker)
  return createLockRequests({ log, codec, clock, coordination, vault, emitter, ...speaker })
}

/** Undefined for a new one, which is given a name. */
function requestIn({ op, request }: LockInput): string | undefined {
  if (request !== undefined || op === 'ACQUIRE') return request
  throw new WaggleError('INPUT_INVALID', `${op} names the request that was granted`, {
    field: 'request',
  })
}

function grantJson(request: string, { status, token, leaseUntil }: LockGrant) {
  return {
    status,
    request,
    token: token === null ? null : String(token),
    lease_until: leaseUntil,
    reason: '',
  }
}

function tokenAt({ offset, ...at }: Position): string {
  return tokenOf([{ ...at, offset: String(offset) }])
}
