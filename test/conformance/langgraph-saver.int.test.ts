import {
  deltaChannelHistoryTests,
  validate,
  type CheckpointSaverTestInitializer,
} from '@langchain/langgraph-checkpoint-validation'
import { WaggleSaver } from '@waggle/agent-adapters/langgraph'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryShelf } from '../support/memory-shelf.ts'

// The published suite takes its functions from the global scope.
Object.assign(globalThis, { describe, it, expect, beforeAll, beforeEach, afterAll, afterEach })

const onShelves: CheckpointSaverTestInitializer<WaggleSaver> = {
  checkpointerName: 'WaggleSaver',
  createCheckpointer: () => new WaggleSaver({ checkpoints: memoryShelf(), writes: memoryShelf() }),
}
validate(onShelves)
deltaChannelHistoryTests(onShelves)
