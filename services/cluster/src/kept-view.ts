import { composeServices, type Service } from '@waggle/base'
import {
  createRunner,
  savedAtStop,
  withSnapshots,
  type KeptProjection,
  type ProjectionRunner,
  type RunnerOptions,
  type Snapshots,
} from '@waggle/consume'

export interface KeptView<V> extends Service {
  readonly runner: ProjectionRunner
  readonly view: V
}

/** A view that this process keeps itself: begun from its snapshot where it has a place for one, else from the log. */
export function keptView<V>(
  parts: Omit<RunnerOptions, 'projection'>,
  made: KeptProjection & { readonly view: V },
  snapshots: Snapshots | undefined,
): KeptView<V> {
  const projection = withSnapshots(made, { snapshots, logger: parts.logger })
  const runner = createRunner({ ...parts, projection })
  const saved = savedAtStop(made.name, () => projection)
  return { ...composeServices(made.name, [saved, runner]), runner, view: made.view }
}
