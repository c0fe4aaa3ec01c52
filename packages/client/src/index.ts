export { createWaggleClient } from './client.ts'
export type { ClientOptions, WaggleClient } from './client.ts'
export { GatewayError } from './gateway-error.ts'
export type { LiveMessage, LiveQuery } from './live.ts'
