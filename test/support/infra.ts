/** A way to get a real server: undefined where this machine cannot. */
export type Resolver<Server> = () => Promise<Server | undefined>

/**
 * The first server that can be had: an endpoint given by the environment, Docker, a native process. None at
 * all skips the tests with one loud line; under WAGGLE_REQUIRE_INFRA=1 it is a failure. Use it at the top of
 * a file: `const redis = await resolveInfra('Redis', [...])`, then `describe.skipIf(redis === undefined)`.
 */
export async function resolveInfra<Server>(
  name: string,
  resolvers: readonly Resolver<Server>[],
): Promise<Server | undefined> {
  const reasons: string[] = []
  for (const resolver of resolvers) {
    try {
      const server = await resolver()
      if (server !== undefined) return server
    } catch (error) {
      reasons.push(String(error))
    }
  }
  const why = reasons.length > 0 ? ` (${reasons.join('; ')})` : ''
  if (process.env['WAGGLE_REQUIRE_INFRA'] === '1')
    throw new Error(`${name} is required and cannot be had on this machine${why}`)
  process.stderr.write(`\nSKIPPED: ${name} cannot be had on this machine${why}\n`)
  return undefined
}
