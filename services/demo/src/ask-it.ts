import { isoOf } from '@waggle/base'
import type { RecalledMemory } from '@waggle/memory'
import { readView } from '@waggle/query'
import type { DemoArguments } from './arguments.ts'
import type { DemoHost, DemoScope } from './demo-host.ts'
import { heading } from './report.ts'

const QUESTION = 'STRESSED regime below the 200-day average'
const LIMIT = 2

type Asked = Pick<DemoArguments, 'data' | 'cluster' | 'as-of'>

/** A question to the memory of the swarm with its answer, and the commands that ask it again; nothing without lessons. */
export async function askItText(bus: DemoHost, scope: DemoScope, asked: Asked): Promise<string> {
  const question = { text: QUESTION, kinds: ['experience'], limit: LIMIT, exact: true } as const
  const { value } = await readView(bus.memory, (view) => view.recall(scope, question))
  if (value.length === 0) return ''
  const answers = value.map((memory) => `  ${answerText(memory)}`)
  const lines = [heading('Ask what they remember'), `"${QUESTION}"`, ...answers]
  // On a cluster a gateway is asked: its address and token are the operator's.
  return [...lines, ...(asked.cluster ? [] : commands(scope, asked))].join('\n')
}

function answerText({ event, source, score }: RecalledMemory): string {
  const content = event.kind === 'experience' ? event.content : ''
  return `${score.toFixed(3)}  ${isoOf(event.known_at).slice(0, 10)}  ${source}: ${content}`
}

/** As they are typed in the folder that the demo was started in. */
function commands({ swarm, run }: DemoScope, { data, 'as-of': day }: Asked): string[] {
  const where = `--data ${quoted(data)} --swarm ${swarm} --run ${quoted(run)}`
  const waggle = (command: string): string => `  npm run waggle -- ${command}`
  const recall = `recall "${QUESTION}" --kind experience --limit ${LIMIT} --exact ${where}`
  const then = `--as-of ${day}T22:00:00Z`
  return [
    '',
    'The same again, as of a day in the past, and all that an agent had before it on that day:',
    waggle(recall),
    waggle(`${recall} ${then}`),
    waggle(`get agent market-hunter ${where} ${then}`),
  ]
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
