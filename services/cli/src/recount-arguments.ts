import { z } from 'zod'
import { parseOptions } from './parse-options.ts'

export const RECOUNT_USAGE = `waggle recount [--data DIR] [--proposal NAME | --resource NAME] [--swarm NAME] [--run NAME]

Counts votes and locks again, from the log alone, and compares that with the results in the log.

  --data      folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --proposal  only this proposal, --resource only this lock: every result is shown, not only differences
  --swarm     only this swarm
  --run       only this run; \`live\` is what belongs to none

Exit code: 0 all the same, 1 a difference, 2 bad arguments. On a bus that runs, a result counted but not
published yet shows as MISSING: run it again.
`

const name = z.string().min(1).max(128)
const schema = z
  .strictObject({
    data: z.string().min(1).optional(),
    proposal: name.optional(),
    resource: name.optional(),
    swarm: name.optional(),
    run: name.optional(),
  })
  .refine(({ proposal, resource }) => proposal === undefined || resource === undefined, {
    message: 'give a proposal or a resource, not both',
    path: ['resource'],
  })

export type RecountArguments = z.output<typeof schema>

/** Command line -> arguments; one CONFIG_INVALID that lists every bad one. */
export function parseRecountArguments(argv: readonly string[]): RecountArguments {
  return parseOptions(argv, schema)
}
