import { isKind, type Kind } from '@waggle/event'
import { ReplaySession, type ReplayQuery } from '@waggle/replay'
import { z } from 'zod'
import { bufferedLines, eventJson, eventLine, jsonOf } from './event-lines.ts'
import { parseOptions } from './parse-options.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'
import type { CommandDeps } from './run-waggle.ts'

export const REPLAY_USAGE = `waggle replay [--data DIR] [--swarm NAME] [--run NAME] [--agent NAME] [--trajectory ID] [--proposal NAME]
              [--kind KIND,…] [--instrument SYMBOL,…] [--from TIME] [--to TIME] [--speed max|N] [--limit N]
              [--follow] [--resume TOKEN] [--json]

Events in the order in which the swarm learned them. Ctrl-C, and a limit, print the token with which --resume goes on.

  --data     folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --swarm    needed where the log has several
  --run      a run; \`live\`, which is what belongs to none, if left out
  --agent    only of one agent; or of one --trajectory, or about one --proposal
  --from     first known at this time or later, --to at this time or earlier (ISO 8601)
  --speed    1 is as it happened, 10 is ten times as fast; max if left out
  --follow   go on with what is appended

Exit code: 0 done or stopped, 1 a damaged record, 2 bad arguments, 3 nothing there, 5 the log cannot be reached.
`

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(','))
const name = z.string().min(1).max(128)
const schema = z.strictObject({
  ...SOURCE_OPTIONS,
  agent: name.optional(),
  trajectory: name.optional(),
  proposal: name.optional(),
  kind: list
    .transform((kinds) => kinds.filter((kind): kind is Kind => isKind(kind)))
    .refine((kinds) => kinds.length > 0, { message: 'is no kind of event' })
    .optional(),
  instrument: list.optional(),
  from: timeOption.optional(),
  to: timeOption.optional(),
  speed: z.union([z.literal('max'), z.coerce.number().positive()]).default('max'),
  limit: z.coerce.number().int().positive().default(Infinity),
  follow: z.boolean().default(false),
  resume: z.string().min(1).optional(),
  json: z.boolean().default(false),
})
type Wanted = z.output<typeof schema>

export async function runReplay(argv: readonly string[], deps: CommandDeps): Promise<number> {
  const wanted = parseOptions(argv, schema, ['follow', 'json'])
  return withSource(wanted, deps.environment, (scope) => replayEvents(scope, wanted, deps))
}

/** Characters written at once where nobody waits for a line: a write for each of millions is what takes long. */
const OUT_CHARS = 65_536

async function replayEvents(
  scope: ReplayScope,
  { speed, limit, follow, resume, json, ...wanted }: Wanted,
  { clock, out, interrupted }: CommandDeps,
): Promise<number> {
  const signal = interrupted()
  const session = await ReplaySession.open({
    ...scope,
    query: queryOf(scope, wanted),
    ...(scope.index === undefined ? {} : { judgments: scope.index }),
    ...(resume === undefined ? {} : { resume }),
    clock,
    speed,
    follow,
    signal,
  })
  const lines = bufferedLines(out, speed === 'max' && !follow ? OUT_CHARS : 0)
  let given = 0
  try {
    for await (const known of session.events()) {
      lines.write(json ? eventJson(known) : eventLine(known))
      if (++given >= limit) break
    }
  } finally {
    lines.flush()
  }
  if (signal.aborted || given >= limit) {
    const { token } = session
    out.write(json ? `${jsonOf({ resume: token })}\n` : `--resume ${token}\n`)
  }
  return 0
}

function queryOf(
  { swarm, run }: ReplayScope,
  { agent, trajectory, proposal, kind, instrument, from, to }: Partial<Wanted>,
): ReplayQuery {
  const of =
    trajectory !== undefined
      ? { trajectory }
      : proposal !== undefined
        ? { proposal }
        : agent !== undefined
          ? { agent }
          : undefined
  return {
    swarm,
    run,
    ...(of === undefined ? {} : { of }),
    ...(agent === undefined ? {} : { agents: [agent] }),
    ...(kind === undefined ? {} : { kinds: kind }),
    ...(instrument === undefined ? {} : { instruments: instrument }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}
