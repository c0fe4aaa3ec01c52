import { isKind, type Kind } from '@waggle/event'
import { ReplaySession, type ReplayQuery } from '@waggle/replay'
import { z } from 'zod'
import { bufferedLines, eventJson, eventLine, jsonOf } from './event-lines.ts'
import { defineCommand, flag, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(','))
const name = z.string().min(1).max(128)
const options = {
  ...SOURCE_OPTIONS,
  agent: option('NAME', 'only of one agent', name.optional()),
  trajectory: option('ID', 'only of one trajectory', name.optional()),
  proposal: option('NAME', 'only about one proposal', name.optional()),
  kind: option(
    'KIND,...',
    'only of these kinds',
    list
      .transform((kinds) => kinds.filter((kind): kind is Kind => isKind(kind)))
      .refine((kinds) => kinds.length > 0, { message: 'is no kind of event' })
      .optional(),
  ),
  instrument: option('SYMBOL,...', 'only about these instruments', list.optional()),
  from: option('TIME', 'first known at this time or later (ISO 8601)', timeOption.optional()),
  to: option('TIME', 'first known at this time or earlier', timeOption.optional()),
  speed: option(
    'max|N',
    '1 is as it happened, 10 is ten times as fast',
    z.union([z.literal('max'), z.coerce.number().positive()]).default('max'),
  ),
  limit: option('N', 'most events', z.coerce.number().int().positive().default(Infinity)),
  follow: flag('go on with what is appended'),
  resume: option('TOKEN', 'go on behind what another replay gave', z.string().min(1).optional()),
}
type Wanted = WantedOf<typeof options>

export const REPLAY = defineCommand({
  details: 'Ctrl-C, and a limit, print the token with which --resume goes on.',
  options,
  examples: [
    'replay --data .waggle/demo --run backtest-SPX --kind decision --limit 20',
    'replay --data .waggle/bus --follow --json',
  ],
  exits: 'Exit code 0 when stopped, too; 1 is a damaged record.',
  run: (wanted, deps) =>
    withSource(wanted, deps.environment, (scope) => replayEvents(scope, wanted, deps)),
})

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
