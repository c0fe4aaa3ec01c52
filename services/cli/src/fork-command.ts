import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, silentLogger, WaggleError } from '@waggle/base'
import { FORK_RUN_PREFIX, isForkRun, parsePosition } from '@waggle/event'
import {
  diffRuns,
  fork,
  openFork,
  replayFork,
  type Change,
  type ForkAgent,
  type ForkPoint,
} from '@waggle/fork'
import { z } from 'zod'
import { diffJson, diffLines } from './diff-lines.ts'
import { eventLine } from './event-lines.ts'
import { openVault } from './open-vault.ts'
import { defineCommand, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'
import { withBar } from './with-bar.ts'

const options = {
  ...SOURCE_OPTIONS,
  name: option('NAME', 'of the fork: its run is fork:NAME', z.string().min(1).max(100)),
  at: option(
    'TIME',
    'the fork begins with what was known at this time (ISO 8601)',
    timeOption.optional(),
  ),
  before: option(
    'POSITION',
    'or with what was known before the event at topic/partition@offset',
    z
      .string()
      .transform((text) => parsePosition(text))
      .refine((position) => position !== undefined, { message: 'is no topic/partition@offset' })
      .optional(),
  ),
  change: option(
    'FILE',
    'a module that says what is changed; nothing if left out',
    z.string().min(1).optional(),
  ),
  until: option('TIME', 'last time to replay', timeOption.optional()),
  seed: option('N', 'seed of the fork', z.coerce.number().int().default(0)),
  limit: option('N', 'most divergences shown', z.coerce.number().int().positive().default(20)),
}
type Wanted = WantedOf<typeof options>

export const FORK = defineCommand({
  details: `Forks a run, makes a change, and replays what the run did from there under a run of its own, fork:NAME. Then shows what
became otherwise, as \`waggle diff\` does. Forks can be forked. Of a cluster, the fork is counted and said by this
command, not by the services.

The default export of --change is { change, agents }: change is { is: 'edit', event, set }, { is: 'drop', event } or
{ is: 'say', agent, draft }; agents are functions (heard, fork) => drafts, by name. All others say what they said; what
rested on what is no more is left out and listed.`,
  options,
  examples: ['fork --data .waggle/bus --name calm --at 2009-03-09T00:00:00Z --change change.ts'],
  run: async (wanted, deps) => {
    const point = pointOf(wanted)
    const changed = await changeOf(wanted.change)
    return withSource(wanted, deps.environment, (scope) =>
      forkAndReplay(scope, { ...wanted, point, ...changed }, deps),
    )
  },
})

interface Changed {
  readonly change: Change
  readonly agents: Readonly<Record<string, ForkAgent>>
}

async function forkAndReplay(
  { log, codec, swarm, run: parent }: ReplayScope,
  wanted: Omit<Wanted, 'change'> & Changed & { readonly point: ForkPoint },
  deps: CommandDeps,
): Promise<number> {
  const { clock, out, environment } = deps
  const { name, point, change, agents, until, seed, limit, json, data } = wanted
  await codec.register()
  const run = isForkRun(name) ? name : `${FORK_RUN_PREFIX}${name}`
  const bus = { log, codec, clock }
  const forked = await fork({ bus, swarm, parent, run, from: point, change, seed })
  const vault = openVault(data, environment)
  const source = { log, codec, ...(vault === undefined ? {} : { vault }) }
  const opened = await openFork(forked, { ...source, clock, logger: silentLogger })
  try {
    const options = { ...source, agents, ...(until === undefined ? {} : { until }) }
    const replayed = await withBar({ title: 'Replaying', unit: 'steps' }, deps, (onProgress) =>
      replayFork(opened, { ...options, onProgress }),
    )
    const diff = await diffRuns({ ...source, swarm, a: parent, b: run })
    const { carried, said, stale, erased } = replayed
    const told = json
      ? [JSON.stringify({ run, carried, said, stale: stale.length, erased: erased.length })]
      : [
          `${run}: ${carried} steps taken over, ${said} said anew, ${stale.length} left out`,
          ...stale.slice(0, limit).map((known) => `  left out: ${eventLine(known)}`),
          ...erased.map(({ message }) => `  left out: ${message}`),
        ]
    const lines = json ? diffJson(diff, limit) : diffLines(diff, limit)
    out.write(`${[...told, ...lines].join('\n')}\n`)
    return 0
  } finally {
    await opened.stop()
  }
}

function pointOf({ at, before }: Wanted): ForkPoint {
  if (at !== undefined && before === undefined) return { at }
  if (before !== undefined && at === undefined) return { before }
  throw new WaggleError('CONFIG_INVALID', 'give --at or --before', { input: 'at' })
}

/** The default export of a module of the user; nothing is changed without one. */
async function changeOf(file: string | undefined): Promise<Changed> {
  if (file === undefined) return { change: { is: 'nothing' }, agents: {} }
  try {
    const path = pathToFileURL(resolve(file)).href
    const module = (await import(path)) as { readonly default?: Partial<Changed> }
    const agents = module.default?.agents ?? {}
    const [agent] = Object.keys(agents)
    const whose: Change = agent === undefined ? { is: 'nothing' } : { is: 'agent', agent }
    return { change: module.default?.change ?? whose, agents }
  } catch (error) {
    const what = `--change: ${file}: ${messageOf(error)}`
    throw new WaggleError('CONFIG_INVALID', what, { input: file, cause: error })
  }
}
