import type { Problem } from '@waggle/api'

/** What the gateway refused, or that it could not be reached (code GATEWAY_UNREACHABLE, status 0). */
export class GatewayError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, cause?: unknown) {
    super(problem.detail, cause === undefined ? {} : { cause })
    this.name = 'GatewayError'
    this.problem = problem
  }

  get code(): string {
    return this.problem.code
  }
}

export function unreachable(url: string, cause: unknown): GatewayError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new GatewayError(
    {
      type: 'about:blank',
      title: 'Gateway unreachable',
      status: 0,
      code: 'GATEWAY_UNREACHABLE',
      detail: `${url} does not answer: ${why}. Start the gateway, or correct the address.`,
      retriable: true,
    },
    cause,
  )
}

/** The problem in an answer that is not 2xx; one is made for what a proxy in between says. */
export async function problemOf(response: Response): Promise<GatewayError> {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as Problem
    if (typeof body.code === 'string') return new GatewayError(body)
  } catch {
    // Not from the gateway.
  }
  return new GatewayError({
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: 'HTTP_ERROR',
    detail: `HTTP ${response.status}: ${text.slice(0, 200)}`,
    retriable: response.status >= 500,
  })
}
