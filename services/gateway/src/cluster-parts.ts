import type { ProjectionJson, SubjectJson } from '@waggle/api'
import { messageOf, WaggleError } from '@waggle/base'
import type { Health, ServiceConfig } from '@waggle/service'

const TIMEOUT_MS = 3000

/** What the services named in WAGGLE_SERVICE_URLS project, as their /health says it; one that is silent has failed. */
export async function projectionsElsewhere({
  WAGGLE_SERVICE_URLS: urls,
}: Pick<ServiceConfig, 'WAGGLE_SERVICE_URLS'>): Promise<ProjectionJson[]> {
  const all = await Promise.all(
    urls.map(async (url) => {
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS)
        const response = await fetch(new URL('/health', url), { signal })
        return projectionsOf((await response.json()) as Health)
      } catch (error) {
        return [silent(url, messageOf(error))]
      }
    }),
  )
  return all.flat()
}

const STATES = {
  idle: 'stopped',
  paused: 'waiting',
  running: 'running',
  stalled: 'stalled',
} as const

function projectionsOf({ service, reasons, projections }: Health): ProjectionJson[] {
  return projections.map(({ name, state, lag, refused, partitions }) => ({
    name: `${service}/${name}`,
    state: STATES[state],
    reason: reasons.find((reason) => reason.startsWith(`${name}: `)) ?? null,
    position: '',
    lag,
    rate: 0,
    refused,
    partitions,
    can_rebuild: false,
  }))
}

function silent(url: string, why: string): ProjectionJson {
  const reason = `${url} does not answer: ${why}`
  const nothing = { position: '', lag: '-1', rate: 0, refused: 0, partitions: 0 }
  return { name: new URL(url).host, state: 'failed', reason, can_rebuild: false, ...nothing }
}

type Registry = (request: Request) => Promise<Response>

/** The schema registry of a config, spoken to on behalf of whoever the gateway let in. */
export function registryElsewhere(config: ServiceConfig): Registry {
  const base = config.WAGGLE_REGISTRY_URL.replace(/\/$/, '')
  const { WAGGLE_REGISTRY_USERNAME: username, WAGGLE_REGISTRY_PASSWORD: password } = config
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const headers = new Headers()
    for (const name of ['accept', 'content-type']) {
      const value = request.headers.get(name)
      if (value !== null) headers.set(name, value)
    }
    if (username !== undefined)
      headers.set('authorization', `Basic ${btoa(`${username}:${password ?? ''}`)}`)
    const { method } = request
    const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
    const signal = AbortSignal.timeout(config.WAGGLE_KAFKA_TIMEOUT_MS)
    const init = { method, headers, body, signal }
    const answer = await fetch(base + pathname + search, init).catch((error: unknown) => {
      const what = `The schema registry does not answer: ${messageOf(error)}`
      throw new WaggleError('REGISTRY_UNAVAILABLE', what, { cause: error })
    })
    const type = answer.headers.get('content-type') ?? 'application/json'
    return new Response(await answer.arrayBuffer(), {
      status: answer.status,
      headers: { 'content-type': type },
    })
  }
}

/** Subjects with all their versions, asked of a registry one by one; what a version says never changes. */
export function subjectsElsewhere(ask: Registry): () => Promise<SubjectJson[]> {
  const known = new Map<string, SubjectJson['versions'][number]>()
  const get = async (path: string): Promise<unknown> => {
    const answer = await ask(new Request(`http://registry${path}`))
    if (answer.ok) return answer.json()
    throw new WaggleError('REGISTRY_UNAVAILABLE', `${path}: ${answer.status}`)
  }
  const versionOf = async (subject: string, version: number) => {
    const name = `${subject}/versions/${version}`
    const kept = known.get(name)
    if (kept !== undefined) return kept
    const found = (await get(`/subjects/${name}`)) as { id: number; schema: string }
    const read = { version, id: found.id, schema: JSON.parse(found.schema) as unknown }
    known.set(name, read)
    return read
  }
  const levelOf = async (path: string): Promise<string | undefined> => {
    const answer = await ask(new Request(`http://registry${path}`))
    return answer.ok
      ? ((await answer.json()) as { compatibilityLevel: string }).compatibilityLevel
      : undefined
  }
  return async () => {
    const all = await levelOf('/config')
    const names = ((await get('/subjects')) as string[]).toSorted()
    return Promise.all(
      names.map(async (name) => {
        const subject = encodeURIComponent(name)
        const numbers = (await get(`/subjects/${subject}/versions`)) as number[]
        return {
          subject: name,
          compatibility: (await levelOf(`/config/${subject}`)) ?? all ?? 'unknown',
          versions: await Promise.all(numbers.map((version) => versionOf(subject, version))),
        }
      }),
    )
  }
}
