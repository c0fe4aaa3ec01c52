import { readFileSync } from 'node:fs'
import type { Clock } from '@waggle/base'
import { parseEnvironment, type Environment } from '@waggle/service'
import { openHotRebuild, openTablesRebuild, type RebuildParts } from '@waggle-services/cluster'
import { openLog } from './open-log.ts'
import { openServiceTarget } from './rebuild-service.ts'
import type { RebuildTarget } from './rebuild-target.ts'

export interface ClusterOptions {
  readonly environment: Environment
  readonly clock: Clock
}

type Steps = Omit<RebuildTarget, 'name'>

/** Views of a cluster. Those that lie outside of the processes which keep them are built while the services run. */
export const CLUSTER_TARGETS: Readonly<
  Record<string, (options: ClusterOptions) => Promise<RebuildTarget>>
> = {
  analytics: (options) => targetOf('analytics', options, async (parts) => openTablesRebuild(parts)),
  coordination: ({ environment }) => openServiceTarget('coordination', environment),
  hot: (options) => targetOf('hot', options, openHotRebuild),
  memory: ({ environment }) => openServiceTarget('memory', environment),
}

async function targetOf(
  name: string,
  { environment, clock }: ClusterOptions,
  open: (parts: RebuildParts) => Promise<Steps>,
): Promise<RebuildTarget> {
  const config = parseEnvironment(environment, (path) => readFileSync(path, 'utf8'))
  const source = await openLog(undefined, environment)
  try {
    const steps = await open({ config, source, clock })
    return {
      name,
      shadow: (options) => steps.shadow(options),
      diff: () => steps.diff(),
      switch: () => steps.switch(),
      rollback: () => steps.rollback(),
      dropOld: () => steps.dropOld(),
      close: async () => {
        await steps.close()
        await source.log.close()
      },
    }
  } catch (error) {
    await source.log.close()
    throw error
  }
}
