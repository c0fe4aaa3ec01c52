import { WaggleError } from '@waggle/base'
import type { RowDifference } from '@waggle/consume'
import { z } from 'zod'
import { parseOptions } from './parse-options.ts'
import { rebuiltJson, rebuiltLines, type Compared, type Rebuilt } from './rebuild-lines.ts'
import { openTarget } from './rebuild-targets.ts'
import type { Built, RebuildTarget } from './rebuild-target.ts'
import type { CommandDeps } from './run-waggle.ts'
import { startBar, type ProgressBar } from './terminal.ts'

export const REBUILD_USAGE = `waggle rebuild VIEW [--data DIR] [--shadow] [--diff] [--switch] [--rollback] [--drop-old]
                    [--resume] [--limit N] [--json]

Builds a view again from the start of the log, beside the one that serves, up to where that one stands; compares the two
row by row; puts the new one in its place. Without --shadow, --diff and --switch it does all three. What is built says
nothing in the log: no results, no dead letters.

  --data      folder of an embedded bus, of which VIEW is hot, coordination, memory or analytics; without it, the
              cluster that WAGGLE_ variables name
  --shadow    builds, from the start of the log
  --diff      compares; --diff and --switch alone take the shadow there is, brought up to date, or build one
  --switch    puts the new one in place and keeps the old
  --rollback  takes the kept one back; goes with no other step
  --drop-old  deletes what is kept for --rollback, and a shadow; goes with no other step
  --resume    goes on with what an earlier --shadow left
  --limit     most differences shown; 20 if left out

Of an embedded bus that runs, --shadow and --diff of hot and coordination, and --shadow of analytics, are allowed: they
look at what the bus has put away. Everything else needs it stopped (exit code 5), all of memory too, for its texts are
opened. Memory is its state and the vectors of its recall indexes.

Exit code: 0 the same, 1 differences, 2 bad arguments, 3 nothing stored, or nothing to go back to, 5 the bus runs, or
the log cannot be reached.
`

const flag = z.boolean().default(false)
const schema = z.strictObject({
  data: z.string().min(1).optional(),
  shadow: flag,
  diff: flag,
  switch: flag,
  rollback: flag,
  'drop-old': flag,
  resume: flag,
  json: flag,
  limit: z.coerce.number().int().positive().default(20),
})
const FLAGS = ['shadow', 'diff', 'switch', 'rollback', 'drop-old', 'resume', 'json']

type Wanted = z.output<typeof schema>

export async function runRebuild(
  [view, ...argv]: readonly string[],
  deps: CommandDeps,
): Promise<number> {
  if (view === undefined || view.startsWith('-'))
    throw new WaggleError('CONFIG_INVALID', 'waggle rebuild VIEW: give a view', { input: view })
  const wanted = stepsOf(parseOptions(argv, schema, FLAGS))
  const { environment, clock, out, terminal } = deps
  const target = await openTarget({ view, data: wanted.data, environment, clock })
  const bar = startBar(`Building ${target.name}`, terminal, clock)
  try {
    const rebuilt = await runSteps(target, wanted, bar)
    out.write(wanted.json ? rebuiltJson(rebuilt) : rebuiltLines(rebuilt))
    return (rebuilt.compared?.differences ?? 0) === 0 ? 0 : 1
  } finally {
    bar.end()
    await target.close()
  }
}

/** All three where none is asked for; CONFIG_INVALID for steps that do not go together. */
function stepsOf(given: Wanted): Wanted {
  const some = given.shadow || given.diff || given.switch
  const alone = [given.rollback, given['drop-old'], some].filter(Boolean)
  if (alone.length > 1)
    throw new WaggleError('CONFIG_INVALID', '--rollback and --drop-old go with no other step')
  return alone.length > 0 ? given : { ...given, shadow: true, diff: true, switch: true }
}

async function runSteps(target: RebuildTarget, wanted: Wanted, bar: ProgressBar): Promise<Rebuilt> {
  const { name: view } = target
  if (wanted.rollback) {
    await target.rollback()
    return { view, rolledBack: true }
  }
  if (wanted['drop-old']) return { view, dropped: await target.dropOld() }
  const built = await build(target, wanted, bar)
  const compared = wanted.diff ? await compare(target, wanted.limit) : undefined
  if (wanted.switch) await target.switch()
  return { view, built, compared, switched: wanted.switch }
}

async function build(target: RebuildTarget, wanted: Wanted, bar: ProgressBar): Promise<Built> {
  const resume = wanted.resume || !wanted.shadow
  const built = await target.shadow({ resume, onProgress: (done, total) => bar.at(done, total) })
  bar.end()
  return built
}

/** Counts all, keeps some. */
async function compare(target: RebuildTarget, limit: number): Promise<Compared> {
  const shown: RowDifference[] = []
  let differences = 0
  for await (const difference of await target.diff()) {
    if (differences++ < limit) shown.push(difference)
  }
  return { differences, shown }
}
