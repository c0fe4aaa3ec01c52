import { ROUTES, type SubjectJson } from '@waggle/api'
import { createLogRegistry, levelOf, type RegistryState } from '@waggle/registry'
import { bindRoute } from '../bind-route.ts'
import type { GatewayBus } from '../gateway-bus.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'

/** Subjects of the schema registry with all their versions. */
export function bindSchemaRoutes(app: GatewayApp, { bus, ...options }: GatewayParts): void {
  const { subjects = builtInSubjects(bus) } = options
  bindRoute(app, ROUTES.schemas, async () => ({ data: await subjects() }))
}

function builtInSubjects({ log }: GatewayBus): () => Promise<SubjectJson[]> {
  const registry = createLogRegistry({ log })
  return async () => subjectsOf(await registry.state())
}

/** Subjects of the built-in registry by name; what was deleted is left out. */
function subjectsOf(state: RegistryState): SubjectJson[] {
  const all = [...state.subjects].map(([subject, versions]) => ({
    subject,
    compatibility: levelOf(state, subject),
    versions: versions
      .filter(({ deleted }) => deleted !== true)
      .map(({ version, id }) => ({ version, id, schema: state.schemas[id - 1]?.schema })),
  }))
  return all
    .filter(({ versions }) => versions.length > 0)
    .sort((a, b) => (a.subject < b.subject ? -1 : 1))
}
