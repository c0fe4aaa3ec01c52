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
import { parseOptions } from './parse-options.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'
import type { CommandDeps } from './run-waggle.ts'

export const TRAJECTORY_USAGE = `waggle trajectory ID|AGENT [--data DIR] [--swarm NAME] [--run NAME] [--as-of TIME] [--tree] [--json]

The events of a trajectory, an agent or a proposal, in the order in which the swarm learned them; of an event, those of its
trajectory.

  --data   folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --swarm  needed where the log has several
  --run    a run; \`live\`, which is what belongs to none, if left out
  --as-of  only what was known at this time (ISO 8601)
  --tree   of an event: what led to it, and what followed from it

Exit code: 0 found, 1 a damaged record, 2 bad arguments, 3 nothing of that name, 5 the log cannot be reached.
`

const flag = z.boolean().default(false)
const schema = z.strictObject({
  ...SOURCE_OPTIONS,
  'as-of': timeOption.optional(),
  tree: flag,
  json: flag,
})

export async function runTrajectory(
  [name, ...argv]: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  if (name === undefined || name.startsWith('--'))
    throw new WaggleError('CONFIG_INVALID', 'Give the id of a trajectory or an event, or an agent')
  const { tree, json, 'as-of': asOf, ...wanted } = parseOptions(argv, schema, ['tree', 'json'])
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
