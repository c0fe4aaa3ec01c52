import { z } from 'zod'
import { openLog } from './open-log.ts'
import { defineCommand, option, type WantedOf } from './program/command.ts'
import { runRecount } from './recount.ts'
import { showReading } from './reading-bar.ts'
import { DATA_HELP } from './replay-source.ts'

const name = z.string().min(1).max(128)
const options = {
  data: option('DIR', DATA_HELP, z.string().min(1).optional()),
  proposal: option('NAME', 'only this proposal: every result is shown', name.optional()),
  resource: option('NAME', 'only this lock: every result is shown', name.optional()),
  swarm: option('NAME', 'only this swarm', name.optional()),
  run: option('NAME', 'only this run; `live` is what belongs to none', name.optional()),
}
export type RecountWanted = WantedOf<typeof options>

export const RECOUNT = defineCommand({
  details: `Counts votes and locks again, from the log alone, and compares that with the results in the log. On a bus that runs, a
result counted but not published yet shows as MISSING: run it again.`,
  options,
  examples: ['recount --data .waggle/bus', 'recount --data .waggle/bus --proposal p1 --json'],
  exits: 'Exit code 0 all the same, 1 a difference.',
  check: ({ proposal, resource }) =>
    proposal === undefined || resource === undefined
      ? {}
      : { resource: 'give a proposal or a resource, not both' },
  run: async (wanted, deps) => {
    const opened = await openLog(wanted.data, deps.environment)
    try {
      const shown = await showReading('Counting', opened, deps)
      return (await runRecount(shown, wanted, shown.out)) ? 0 : 1
    } finally {
      await opened.log.close()
    }
  },
})
