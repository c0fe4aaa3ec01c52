import type { Projection, ProjectionRunner, SwitchableRunner } from '@waggle/consume'

/**
 * Projects the log again. A view that can is built beside the one that serves, which answers until the new one takes its
 * place in one step; the others are dropped first, and reads of them are VIEW_UNAVAILABLE until they have caught up.
 */
export async function rebuildView(runner: ProjectionRunner): Promise<void> {
  if (!isSwitchable(runner)) return runner.rebuild()
  await runner.shadow().switch()
  runner.retire()
}

function isSwitchable(runner: ProjectionRunner): runner is SwitchableRunner<Projection> {
  return 'shadow' in runner
}
