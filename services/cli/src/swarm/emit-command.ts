import { readFile } from 'node:fs/promises'
import { joinTokens, type DraftJson, type EmittedJson } from '@waggle/api'
import { messageOf, WaggleError } from '@waggle/base'
import { GatewayError } from '@waggle/client'
import { z } from 'zod'
import { defineCommand, option, type CommandDeps } from '../program/command.ts'
import { SWARM_OPTIONS, withSwarm, type Session } from './session.ts'

const text = z.string().min(1).max(128).optional()

export const EMIT = defineCommand({
  details: `FIELD=VALUE is a text, FIELD:=JSON anything else, as the schema of the kind in schemas/ has it; the gateway completes the
envelope. The last line printed is a token: --after TOKEN of a read waits for what was written.

Of a file, every line (or every item of a JSON array) is an event with its own kind and agent. Neighbours of one agent are
appended together, all or none; a line that is refused stops the rest, and its number is told.`,
  args: {
    fields: {
      ...option('FIELD=VALUE', 'fields of the event', z.array(z.string()).default([])),
      rest: true,
    },
  },
  options: {
    ...SWARM_OPTIONS,
    agent: option('NAME', 'who says it', text),
    kind: option('KIND', 'what kind of event it is', text),
    file: option(
      'FILE',
      'NDJSON or a JSON array; - is standard input',
      z.string().min(1).optional(),
    ),
  },
  examples: [
    'emit --agent ada --kind agent op=JOINED role=hunter',
    'emit --agent ada --kind observation domain=trend source=feed content="SPX breaks out"',
    'emit --agent ada --kind signal domain=trend severity=HIGH confidence:=0.8 message=sell',
    'emit --file events.ndjson',
  ],
  check: ({ file, agent, kind, fields }): Readonly<Record<string, string>> => {
    if (file === undefined)
      return {
        ...(kind === undefined ? { kind: 'is missing' } : {}),
        ...(agent === undefined ? { agent: 'is missing' } : {}),
      }
    return fields.length > 0 || kind !== undefined ? { file: 'goes without fields' } : {}
  },
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const { file, agent, kind, fields, json } = wanted
      const drafts =
        file === undefined
          ? [{ kind: kind!, agent: agent!, ...fieldsOf(fields) }]
          : draftsOf(await textOf(file, deps), agent)
      let token = ''
      for (const { line, batch } of batchesOf(drafts)) {
        const { data, position } = await emit(session, batch, line)
        token = joinTokens(token, position)
        for (const emitted of data)
          deps.out.write(json ? `${JSON.stringify(emitted)}\n` : lineOf(emitted))
      }
      deps.out.write(json ? `${JSON.stringify({ position: token })}\n` : `--after ${token}\n`)
      return 0
    }),
})

function lineOf({ id, position, duplicate }: EmittedJson): string {
  return `${id}  ${position}${duplicate ? '  was there already' : ''}\n`
}

/** `a=b` is a text, `a:=1` is JSON. */
export function fieldsOf(given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    given.map((pair) => {
      const match = /^([A-Za-z_]\w*)(:?=)(.*)$/s.exec(pair)
      if (match === null)
        throw new WaggleError('CONFIG_INVALID', `${pair} is no FIELD=VALUE`, { input: pair })
      const [, name = '', sign, value = ''] = match
      return [name, sign === '=' ? value : parse(value, name)]
    }),
  )
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch (cause) {
    throw new WaggleError('INPUT_INVALID', `${where}: ${messageOf(cause)}`, { cause, input: json })
  }
}

async function textOf(file: string, { input }: CommandDeps): Promise<string> {
  if (file !== '-') {
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new WaggleError('NOT_FOUND', `--file: ${messageOf(cause)}`, { cause, input: file })
    })
  }
  let typed = ''
  for await (const chunk of input) typed += String(chunk)
  return typed
}

/** INPUT_INVALID with the line that is no event. */
function draftsOf(content: string, agent: string | undefined): DraftJson[] {
  const whole = content.trimStart()
  const items = whole.startsWith('[')
    ? (parse(whole, 'the array') as unknown[])
    : content
        .split('\n')
        .flatMap((line, at) => (line.trim() === '' ? [] : [parse(line, `line ${at + 1}`)]))
  return items.map((item, at) => {
    const draft = z
      .looseObject({ kind: z.string(), agent: z.string().default(agent ?? '') })
      .safeParse(item)
    if (draft.success && draft.data.agent !== '') return draft.data
    throw new WaggleError('INPUT_INVALID', `Event ${at + 1} has no kind or no agent`)
  })
}

const BATCH = 1000

/** Neighbours of one agent and session, in the order given; `line` is the number of the first. */
export function batchesOf(
  drafts: readonly DraftJson[],
): { readonly line: number; readonly batch: DraftJson[] }[] {
  const batches: { line: number; batch: DraftJson[] }[] = []
  for (const [at, draft] of drafts.entries()) {
    const last = batches.at(-1)?.batch
    const [first] = last ?? []
    const goesOn =
      first?.agent === draft.agent && first.session === draft.session && last!.length < BATCH
    if (goesOn) last!.push(draft)
    else batches.push({ line: at + 1, batch: [draft] })
  }
  return batches
}

async function emit(
  { client, swarm, run }: Session & { readonly swarm: string },
  batch: DraftJson[],
  line: number,
) {
  try {
    const body = batch.length === 1 ? batch[0]! : batch
    return await client.call('emit', { swarm, ...(run === undefined ? {} : { run }), body })
  } catch (error) {
    if (!(error instanceof GatewayError) || line === 1) throw error
    const { detail } = error.problem
    const what = `${detail} Events before number ${line} are in the log`
    throw new GatewayError({ ...error.problem, detail: what, line }, error)
  }
}
