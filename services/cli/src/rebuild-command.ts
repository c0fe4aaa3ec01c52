import { WaggleError } from '@waggle/base'
import type { RowDifference } from '@waggle/consume'
import { z } from 'zod'
import { defineCommand, flag, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { rebuiltJson, rebuiltLines, type Compared, type Rebuilt } from './rebuild-lines.ts'
import { openTarget } from './rebuild-targets.ts'
import type { Built, RebuildTarget } from './rebuild-target.ts'
import { DATA_HELP } from './replay-source.ts'
import { startBar, type ProgressBar } from './terminal.ts'

const args = {
  view: option('VIEW', 'hot, coordination, memory or analytics', z.string().min(1)),
}
const options = {
  data: option('DIR', DATA_HELP, z.string().min(1).optional()),
  shadow: flag('builds, from the start of the log'),
  diff: flag('compares; takes the shadow there is, brought up to date, or builds one'),
  switch: flag('puts the new one in place and keeps the old; takes the shadow there is, too'),
  rollback: flag('takes the kept one back; goes with no other step'),
  'drop-old': flag('deletes what is kept for --rollback, and a shadow; goes with no other step'),
  resume: flag('goes on with what an earlier --shadow left'),
  limit: option('N', 'most differences shown', z.coerce.number().int().positive().default(20)),
}
type Wanted = WantedOf<typeof args & typeof options>

export const REBUILD = defineCommand({
  details: `Builds a view again from the start of the log, beside the one that serves, up to where that one stands; compares the two
row by row; puts the new one in its place. Without --shadow, --diff and --switch it does all three. What is built says
nothing in the log: no results, no dead letters.

Of an embedded bus that runs, --shadow and --diff of hot and coordination, and --shadow of analytics, are allowed: they
look at what the bus has put away. Everything else needs it stopped (exit code 5), all of memory too, for its texts are
opened. Memory is its state and the vectors of its recall indexes.

Of a cluster, hot and analytics are built while the services run. Coordination and memory are what one instance of
coordinator or memory-view has put away: give its WAGGLE_SNAPSHOT_DIR, and stop it first where an embedded bus would have to be.`,
  args,
  options,
  examples: [
    'rebuild hot --data .waggle/bus --shadow --diff',
    'rebuild analytics --data .waggle/bus --switch',
    'rebuild coordination --diff',
  ],
  exits:
    'Exit code 0 the same, 1 differences, 3 nothing stored, or nothing to go back to, 5 the bus or service runs.',
  run: runRebuild,
})

async function runRebuild(given: Wanted, deps: CommandDeps): Promise<number> {
  const { environment, clock, out, terminal } = deps
  const wanted = stepsOf(given)
  const target = await openTarget({ view: given.view, data: wanted.data, environment, clock })
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
