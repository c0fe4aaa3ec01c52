import { joinTokens, type KnownEventJson } from '@waggle/api'
import { isoOf, messageOf, microsOf, WaggleError, type Micros } from '@waggle/base'
import { z } from 'zod'
import { defineCommand, option, type CommandDeps, type WantedOf } from '../program/command.ts'
import { cellText, cut, painter } from '../program/print.ts'
import { SWARM_OPTIONS, withSwarm, type Session } from './session.ts'
import { parseWhere, type Where } from './where.ts'

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(','))
  .optional()
const options = {
  ...SWARM_OPTIONS,
  agent: option('NAME,...', 'only of these agents', list),
  kind: option('KIND,...', 'only of these kinds', list),
  where: option(
    'EXPR',
    'only those for which a JavaScript expression over event, position, known_from and late is true; for expressions of your own: it is no sandbox for those of strangers',
    z.string().min(1).max(8192).optional(),
  ),
  since: option(
    '5m|TIME',
    'first what was known since then: s, m, h or d back from now, or ISO 8601',
    z.string().min(1).max(40).optional(),
  ),
  from: option(
    'TOKEN',
    'go on behind a token, such as Ctrl-C prints; an empty one is the start of the log',
    z.string().max(16_384).optional(),
  ),
  limit: option('N', 'stop after so many', z.coerce.number().int().positive().default(Infinity)),
}
type Wanted = WantedOf<typeof options>

export const TAIL = defineCommand({
  details: `Goes on behind the last event by itself when the connection is lost. Ctrl-C, and a limit, print the token with which
--from goes on, on standard error.`,
  options,
  examples: [
    'tail --agent ada --kind decision,signal',
    'tail --since 5m --where "event.confidence > 0.8"',
    "tail --from '' --json --limit 100",
  ],
  check: ({ since, from }) =>
    since !== undefined && from !== undefined ? { from: 'goes without --since' } : {},
  run: (wanted, deps) => withSwarm(wanted, deps, (session) => tail(wanted, session, deps)),
})

async function tail(
  { agent, kind, where, since, from, limit, json }: Wanted,
  { client, swarm, run }: Session & { readonly swarm: string },
  deps: CommandDeps,
): Promise<number> {
  const wanted: Where | undefined = where === undefined ? undefined : parseWhere(where)
  const asked = deps.interrupted()
  // A limit ends the stream, too.
  const stop = new AbortController()
  asked.addEventListener('abort', () => stop.abort(), { once: true })
  const start =
    since === undefined
      ? from
      : await tokenAt({ client, swarm, run }, sinceOf(since, deps.clock.now()))
  let token = start
  let given = 0
  const live = client.live(swarm, { run, agents: agent, kinds: kind, from: start }, stop.signal)
  for await (const message of live) {
    if (message.type === 'lost') sayLost(message, deps)
    if (message.type !== 'events') continue
    const passed: string[] = []
    for (const known of message.events) {
      if (given >= limit || stop.signal.aborted) break
      passed.push(known.position)
      if (wanted !== undefined && !wanted.matches(known)) continue
      deps.out.write(`${json ? JSON.stringify(known) : eventText(known, deps)}\n`)
      given++
    }
    const isWhole = passed.length === message.events.length
    token = isWhole ? message.token : passed.reduce(joinTokens, token ?? '')
    if (given >= limit) stop.abort()
  }
  sayEnd(token, wanted, deps)
  return 0
}

const UNITS: Readonly<Record<string, Micros>> = {
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
}

/** `5m` is five minutes before now; else a time in ISO 8601. CONFIG_INVALID for neither. */
export function sinceOf(text: string, now: Micros): Micros {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  const time = unit === undefined ? microsOf(text) : now - Number(count) * UNITS[unit]!
  if (Number.isFinite(time)) return time
  throw new WaggleError('CONFIG_INVALID', `--since: ${text} is neither 5m nor a time in ISO 8601`)
}

/** What was known at a time is a prefix of every partition; behind it stands what became known since. */
async function tokenAt(
  { client, swarm, run }: Pick<Session, 'client' | 'run'> & { readonly swarm: string },
  time: Micros,
): Promise<string> {
  const scope = run === undefined ? { swarm } : { swarm, run }
  const { past } = await client.call('agents', { ...scope, as_of: String(time) })
  return past?.position ?? ''
}

function eventText(
  { event, position, known_from: known, late }: KnownEventJson,
  deps: CommandDeps,
) {
  const paint = painter(deps)
  const time = paint('dim', `${isoOf(known)}${late ? '*' : ' '}`)
  const who = `${event.kind.padEnd(16)} ${event.agent}`
  const said = SAYING.map((field) => event[field]).filter((value) => typeof value === 'string')
  const text = cut(cellText(`${who}  ${said.join(' ')}`), textColumns(deps))
  return `${time} ${text}  ${paint('dim', position)}`
}

/** Fields that say in a few words what an event is about. */
const SAYING = ['action', 'choice', 'op', 'status', 'instrument', 'content', 'message', 'question']
const AROUND = 80

function textColumns({ out }: CommandDeps): number | undefined {
  return out.columns === undefined || out.columns === 0
    ? undefined
    : Math.max(24, out.columns - AROUND)
}

function sayLost(
  { error, retryMs }: { error: unknown; retryMs: number },
  { terminal }: CommandDeps,
) {
  terminal.write(`connection lost: ${messageOf(error)}; again in ${retryMs} ms\n`)
}

function sayEnd(token: string | undefined, where: Where | undefined, { terminal }: CommandDeps) {
  const { count, reason } = where?.failed ?? { count: 0, reason: '' }
  if (count > 0)
    terminal.write(`--where failed on ${count} events, which are left out: ${reason}\n`)
  if (token !== undefined) terminal.write(`--from '${token}'\n`)
}
