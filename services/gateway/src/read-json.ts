import { GatewayFault } from './gateway-fault.ts'

/** The body as JSON. JSON_INVALID (400) with the line at fault. */
export async function readJson(request: Request): Promise<unknown> {
  return parseJson(await request.text())
}

export function parseJson(text: string, firstLine = 1): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const line = firstLine + lineOf(text, why)
    throw new GatewayFault('JSON_INVALID', `Line ${line}: ${why}`, { line })
  }
}

/** Lines before the fault, as the engine's message tells its place; at the end where it tells none. */
function lineOf(text: string, message: string): number {
  const at = /position (\d+)/.exec(message)?.[1]
  const before = at === undefined ? text : text.slice(0, Number(at))
  return before.split('\n').length - 1
}
