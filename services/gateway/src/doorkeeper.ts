import type { Clock } from '@waggle/base'
import { GatewayFault } from './gateway-fault.ts'
import { authenticate, type Grant, type Principal } from './principal.ts'
import { takeRequest, type Bucket } from './rate-limit.ts'

/** Who a token stands for, let in no more often than it may: one count over all that the gateway serves. */
export interface Doorkeeper {
  /** TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, or RATE_LIMITED. */
  admit(authorization: string | undefined): Principal
  /** Who was let in before, with the rights of now; it counts as no request. The same codes without the last. */
  recognize(authorization: string | undefined): Principal
}

export function createDoorkeeper(grants: () => readonly Grant[], clock: Clock): Doorkeeper {
  const buckets = new Map<string, Bucket>()
  const recognize: Doorkeeper['recognize'] = (authorization) =>
    authenticate(grants(), authorization, clock.now())
  return {
    recognize,
    admit: (authorization) => {
      const principal = recognize(authorization)
      const { name, rate } = principal
      const { bucket, retryAfter } = takeRequest(buckets.get(name), rate, clock.now())
      buckets.set(name, bucket)
      if (retryAfter === undefined) return principal
      const what = `The token ${name} may ask ${rate} times a second`
      throw new GatewayFault('RATE_LIMITED', what, { retryAfter })
    },
  }
}

/** Of clients that know names and passwords only: the token is the password, whatever the name. */
export function bearerOf(authorization: string | undefined): string | undefined {
  const [, basic] = /^Basic (.+)$/i.exec(authorization ?? '') ?? []
  if (basic === undefined) return authorization
  const text = Buffer.from(basic, 'base64').toString()
  return `Bearer ${text.slice(text.indexOf(':') + 1)}`
}
