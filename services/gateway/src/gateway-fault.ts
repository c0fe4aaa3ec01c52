import { GATEWAY_CODES } from '@waggle/api'

export type GatewayCode = keyof typeof GATEWAY_CODES

export interface FaultContext {
  readonly field?: string
  readonly line?: number
  readonly issues?: readonly { readonly path: string; readonly message: string }[]
  /** Seconds after which trying again may help. */
  readonly retryAfter?: number
}

/** What only the gateway refuses; its status stands in GATEWAY_CODES. */
export class GatewayFault extends Error {
  readonly code: GatewayCode
  readonly context: FaultContext

  constructor(code: GatewayCode, what: string, context: FaultContext = {}) {
    super(what)
    this.name = 'GatewayFault'
    this.code = code
    this.context = context
  }

  get status(): number {
    return GATEWAY_CODES[this.code]
  }
}
