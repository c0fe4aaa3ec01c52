import type { MakeView } from '@waggle/certify'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'

const onlyCount = { publish: async () => {}, lookAgain: () => {} }

/**
 * Views that are a fold of the log alone. The memory view also depends on which keys are destroyed, and ClickHouse
 * on its engine's merges: their state is no matter of the records certified.
 */
export const CERTIFIED_VIEWS: readonly MakeView[] = [
  createHotProjection,
  () => createCoordinationProjection(onlyCount),
]
