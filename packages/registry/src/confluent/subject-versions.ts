import type { AvroRecord } from '@waggle/event'
import { answerFailure, noAnswer } from './registry-failure.ts'
import { createRegistryHttp, registryAgent, type RegistryEndpoint } from './registry-http.ts'

const TIMEOUT_MS = 5000

/**
 * The schemas of a subject, oldest first; none where the registry has no such subject. REGISTRY_UNAVAILABLE or
 * REGISTRY_DENIED where it does not say.
 */
export function createVersionReader(
  options: Pick<RegistryEndpoint, 'host' | 'auth'>,
): (subject: string) => Promise<AvroRecord[]> {
  const endpoint = { timeoutMs: TIMEOUT_MS, ...options }
  const http = createRegistryHttp(endpoint, registryAgent(endpoint))
  const get = async (path: string): Promise<unknown> => {
    const { status, body } = await http('GET', path).catch((error: unknown) => {
      throw noAnswer(error)
    })
    const code = (body as { readonly error_code?: unknown } | undefined)?.error_code
    if (status === 404 && code === 40401) return undefined
    if (status !== 200 || body === undefined) throw answerFailure(status, body)
    return body
  }
  return async (subject) => {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const versions = ((await get(path)) ?? []) as number[]
    const found = await Promise.all(versions.map((version) => get(`${path}/${version}`)))
    return found.map((body) => JSON.parse((body as { schema: string }).schema) as AvroRecord)
  }
}
