import { WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import {
  causationOf,
  replayTerm,
  type Causation,
  type CausationNode,
  type Term,
} from '@waggle/replay'
import { z } from 'zod'
import { eventJson, eventLine, jsonOf } from './event-lines.ts'
import { defineCommand, flag, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'
import { remoteTrajectory } from './swarm/remote-trajectory.ts'
import { isRemote, REMOTE_OPTIONS, withSwarm } from './swarm/session.ts'

const args = {
  name: option('ID|AGENT', 'a trajectory, an event, an agent or a proposal', z.string().min(1)),
}
const options = {
  ...REMOTE_OPTIONS,
  ...SOURCE_OPTIONS,
  'as-of': option('TIME', 'only what was known at this time (ISO 8601)', timeOption.optional()),
  tree: flag('of an event: what led to it, and what followed from it'),
}
type Wanted = WantedOf<typeof args & typeof options>

export const TRAJECTORY = defineCommand({
  details: `Of a trajectory, an agent or a proposal: its events. Of an event: those of its trajectory.`,
  args,
  options,
  examples: [
    'trajectory trend --data .waggle/demo --run backtest-SPX --as-of 2008-09-12T21:00:00Z',
  ],
  exits: 'Exit code 1 is a damaged record.',
  run: runTrajectory,
})

async function runTrajectory(
  { name, tree, json, 'as-of': asOf, ...wanted }: Wanted,
  deps: CommandDeps,
): Promise<number> {
  const { environment, out } = deps
  if (isRemote(wanted, environment))
    return withSwarm(wanted, deps, (session) =>
      remoteTrajectory({ name, tree, json, asOf }, session, deps),
    )
  return withSource(wanted, environment, async (scope) => {
    const options = asOf === undefined ? scope : { ...scope, asOf }
    if (tree) {
      const found = await causationOf(options, name)
      out.write(json ? `${jsonOf(treeJson(found))}\n` : treeLines(found))
      return 0
    }
    for (const known of await eventsOf(options, name))
      out.write(`${json ? eventJson(known) : eventLine(known)}\n`)
    return 0
  })
}

/** The first meaning of the name that has events. */
async function eventsOf(scope: ReplayScope, name: string): Promise<KnownEvent[]> {
  const [known] = await find(scope, { id: name })
  if (known !== undefined) {
    const { trajectory } = known.event
    return trajectory === null ? [known] : find(scope, { trajectory })
  }
  for (const term of [{ trajectory: name }, { agent: name }, { proposal: name }]) {
    const found = await find(scope, term)
    if (found.length > 0) return found
  }
  const what = `No trajectory, event, agent or proposal ${name} in ${scope.swarm}`
  throw new WaggleError('NOT_FOUND', what, { input: name })
}

async function find(scope: ReplayScope, term: Term): Promise<KnownEvent[]> {
  const found: KnownEvent[] = []
  for await (const batch of replayTerm(scope, term)) found.push(...batch)
  return found
}

function treeLines({ ancestors, root, truncated }: Causation): string {
  const lines = ancestors.map((known) => eventLine(known, '< '))
  const add = ({ known, children }: CausationNode, depth: number): void => {
    lines.push(eventLine(known, '  '.repeat(depth)))
    for (const child of children) add(child, depth + 1)
  }
  add(root, 0)
  return `${[...lines, ...(truncated ? ['… and more'] : [])].join('\n')}\n`
}

function treeJson({ ancestors, root, truncated }: Causation): object {
  const nodeOf = ({ known, children }: CausationNode): object => ({
    ...known.event,
    children: children.map(nodeOf),
  })
  return { ancestors: ancestors.map(({ event }) => event), root: nodeOf(root), truncated }
}
