import { WaggleError, type Clock } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { keptViews } from '@waggle-services/embedded'
import { openHeldTarget } from './open-held-target.ts'
import { openLog } from './open-log.ts'
import { CLUSTER_TARGETS } from './rebuild-cluster.ts'
import { EMBEDDED_TARGETS } from './rebuild-embedded.ts'
import type { RebuildTarget } from './rebuild-target.ts'

export interface TargetOptions {
  readonly view: string
  /** Folder of an embedded bus; the cluster that the environment names if left out. */
  readonly data: string | undefined
  readonly environment: Environment
  readonly clock: Clock
}

/** CONFIG_INVALID for a view that cannot be rebuilt there. */
export async function openTarget(options: TargetOptions): Promise<RebuildTarget> {
  const { view, data } = options
  const known: object = data === undefined ? CLUSTER_TARGETS : EMBEDDED_TARGETS
  if (!Object.hasOwn(known, view)) {
    const where = data === undefined ? 'of a cluster (without --data)' : 'of an embedded bus'
    const names = Object.keys(known).join(', ') || 'none'
    throw new WaggleError('CONFIG_INVALID', `${view}: the views ${where} are ${names}`, {
      input: view,
    })
  }
  return data === undefined ? CLUSTER_TARGETS[view]!(options) : openFolder(view, data, options)
}

async function openFolder(
  view: string,
  data: string,
  { environment, clock }: TargetOptions,
): Promise<RebuildTarget> {
  const source = await openLog(data, environment)
  const held = { folder: data, kept: keptViews(data), source }
  return openHeldTarget(held, () => EMBEDDED_TARGETS[view]!({ data, source, clock }))
}
