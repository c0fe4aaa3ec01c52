import { z } from 'zod'
import { defineCommand, option, type CommandDeps } from '../program/command.ts'
import { sayFreshness } from '../program/print-answer.ts'
import { printJson, timeText } from '../program/print.ts'
import { READ_OPTIONS, readOf, withSwarm, type Session } from './session.ts'
import { WaggleError } from '@waggle/base'

type Question = ReturnType<typeof readOf>
type Asking = (session: Session, question: Question, name: string) => Promise<Found>
interface Found {
  readonly data: unknown
  readonly freshness: { readonly position: string; readonly age_ms: number }
}

/** One thing by its name, whole. */
const THINGS: Readonly<Record<string, Asking>> = {
  agent: ({ client }, question, agent) => client.call('agentContext', { ...question, agent }),
  event: ({ client }, question, id) => client.call('event', { ...question, id }),
  causes: ({ client }, question, id) => client.call('causation', { ...question, id }),
  memory: ({ client }, question, id) => client.call('memory', { ...question, id }),
  proposal: ({ client }, question, proposal) => client.call('proposal', { ...question, proposal }),
  lock: async ({ client }, question, resource) => {
    const answer = await client.call('locks', question)
    const lock = answer.data.find((one) => one.resource === resource)
    if (lock === undefined)
      throw new WaggleError('NOT_FOUND', `Nobody holds or waits for ${resource}`)
    return { ...answer, data: lock }
  },
}

const names = Object.keys(THINGS) as [string, ...string[]]

export const GET = defineCommand({
  details:
    'agent: exactly what it remembers and sees. event: by its id or position. causes: what led to an event, and what followed.',
  args: {
    what: option(names.join('|'), 'what is wanted', z.enum(names)),
    name: option('NAME', 'its name, id or position', z.string().min(1)),
  },
  options: READ_OPTIONS,
  examples: [
    'get agent ada',
    'get agent trend --as-of 2001-09-10T21:00:00Z',
    'get event waggle.decisions.v1/0@41 --json',
    'get proposal hedge-1',
  ],
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const found = await THINGS[wanted.what]!(session, readOf(wanted, session), wanted.name)
      print(deps, wanted.json, found)
      return 0
    }),
})

function print(deps: CommandDeps, json: boolean, found: Found): void {
  if (json) return printJson(deps, found)
  deps.out.write(`${indented(found.data, '').trimStart()}\n`)
  sayFreshness(deps, found)
}

/** Names of what is in microseconds. */
const TIMES = /(^at|^until|_at|_until|^known_from|^last_heard)$/

/** Data as an outline: what is empty is left out. */
function indented(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return ` ${JSON.stringify(value)}`
  const entries = Object.entries(value).filter(([, item]) => !isEmpty(item))
  if (entries.length === 0) return ' none'
  const lines = entries.map(([name, item]) => {
    const title = Array.isArray(value) ? '-' : `${name}:`
    const isTime = TIMES.test(name) && typeof item === 'number'
    const text = isTime ? ` ${timeText(item)}` : indented(item, `${indent}  `)
    return `${indent}${title}${text}`
  })
  return `\n${lines.join('\n')}`
}

function isEmpty(item: unknown): boolean {
  return item === null || item === '' || (Array.isArray(item) && item.length === 0)
}
