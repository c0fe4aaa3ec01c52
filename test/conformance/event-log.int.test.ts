import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@waggle/base'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createMemoryLog } from '@waggle/log/memory'
import { eventLogSuite, SUITE_TOPICS } from './event-log.suite.ts'

eventLogSuite('memory', async () => ({
  open: async () => createMemoryLog({ topics: SUITE_TOPICS, clock: systemClock() }),
  dispose: async () => {},
}))

const lmdb = (more: { readonly scanBytes?: number }) => async () => {
  const path = await mkdtemp(join(tmpdir(), 'waggle-log-'))
  const open = () => openLmdbLog({ path, topics: SUITE_TOPICS, clock: systemClock(), ...more })
  return { open, reopen: open, dispose: () => rm(path, { recursive: true, force: true }) }
}

eventLogSuite('lmdb', lmdb({}))
eventLogSuite('lmdb, opened anew after every read', lmdb({ scanBytes: 0 }))
