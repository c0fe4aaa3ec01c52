import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { GatewayError } from '@waggle/client'

/** A failure that the reference memory server tells in its own words. */
export class ToldError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'ToldError'
  }
}

/**
 * What went wrong, for the model: in words, then as JSON with the code, what to do, whether trying again may help, and
 * both values of a conflict. What is no refusal of the gateway is thrown on.
 */
export function toolError(error: unknown): CallToolResult {
  const cause = error instanceof ToldError ? error.cause : error
  if (!(cause instanceof GatewayError)) throw error
  const { code, status, detail, retriable, field, input, issues, conflict } = cause.problem
  const facts = { code, status, advice: detail, retriable, field, input, issues, conflict }
  const words = error instanceof ToldError ? error.message : `${code}: ${detail}`
  return {
    isError: true,
    content: [
      { type: 'text', text: words },
      { type: 'text', text: JSON.stringify(facts, null, 2) },
    ],
  }
}
