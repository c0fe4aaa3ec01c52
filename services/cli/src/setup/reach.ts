import { connect } from 'node:net'
import { messageOf } from '@waggle/base'
import { Trouble, type Check } from './check.ts'
import { agreeing } from './clock-skew.ts'

const TIMEOUT_MS = 3000

/** Whether anything listens at `host:port`. */
export function reach(address: string): Promise<string> {
  const { hostname, port } = new URL(`tcp://${address}`)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: TIMEOUT_MS })
    const end = (error?: Error): void => {
      socket.destroy()
      if (error === undefined) resolve('listens')
      else reject(new Error(causeOf(error)))
    }
    socket.once('connect', () => end())
    socket.once('error', end)
    socket.once('timeout', () => end(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
  })
}

export interface HttpWanted {
  readonly name: string
  readonly url: string
  /** `name:password` */
  readonly user: string | undefined
  readonly fix: string
  /** What to do where the password is refused. */
  readonly denied: string
}

/** Whether a server answers over HTTP, knows the user, and has this machine's time. */
export function httpCheck({ name, url, user, fix, denied }: HttpWanted): Check {
  return {
    name,
    needed: true,
    fix,
    look: async ({ clock }) => {
      const authorization = `Basic ${Buffer.from(user ?? '').toString('base64')}`
      const headers: Record<string, string> = user === undefined ? {} : { authorization }
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const { origin } = new URL(url)
      const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
        throw new Error(`${origin}: ${causeOf(error)}`)
      })
      await response.arrayBuffer()
      const { status } = response
      if (status === 401 || status === 403) throw new Trouble(`${origin} answers ${status}`, denied)
      if (!response.ok) throw new Error(`${origin} answers ${status}`)
      const theirs = Date.parse(response.headers.get('date') ?? '')
      if (Number.isFinite(theirs)) agreeing(theirs * 1000, clock)
      return `${origin} answers`
    },
  }
}

/** fetch only says that it failed. */
export function causeOf(error: unknown): string {
  const { cause, code } = error as { cause?: { code?: string }; code?: string }
  return cause?.code ?? code ?? messageOf(error)
}
