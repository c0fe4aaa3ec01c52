import { GatewayFault } from './gateway-fault.ts'
import { jsonFaultAt } from './json-fault.ts'

/** The body as JSON. JSON_INVALID (400) with the line at fault. */
export async function readJson(request: Request): Promise<unknown> {
  return parseJson(await request.text())
}

export function parseJson(text: string, firstLine = 1): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const line = firstLine + text.slice(0, jsonFaultAt(text)).split('\n').length - 1
    throw new GatewayFault('JSON_INVALID', `Line ${line}: ${why}`, { line })
  }
}
