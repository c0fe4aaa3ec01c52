/** What a new agent project is made from. */
export interface ProjectOptions {
  readonly name: string
  readonly swarm: string
  readonly agent: string
  /** Where the client comes from: a version, or `link:` and the folder of the package. */
  readonly client: string
  readonly url: string
  /** Empty where it is not known yet. */
  readonly token: string
}

/** Files of the project by path. */
export function projectFiles(options: ProjectOptions): Readonly<Record<string, string>> {
  return {
    'package.json': packageJson(options),
    'agent.ts': agentTs(options),
    'main.ts': mainTs(),
    'agent.test.ts': testTs(options),
    '.env': `WAGGLE_URL=${options.url}\nWAGGLE_TOKEN=${options.token}\n`,
    '.gitignore': 'node_modules\n.env\n',
    'README.md': readme(options),
  }
}

function packageJson({ name, client }: ProjectOptions): string {
  const content = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    scripts: { start: 'node --env-file=.env main.ts', test: 'node --test' },
    dependencies: { '@waggle/client': client },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

function agentTs({ swarm, agent }: ProjectOptions): string {
  return `import type { WaggleClient } from '@waggle/client'

const swarm = ${JSON.stringify(swarm)}
const agent = ${JSON.stringify(agent)}

/** Joins, remembers what it saw, and recalls it: \`after\` waits until they are there. */
export async function run(bus: Pick<WaggleClient, 'call'>, saw: string): Promise<string[]> {
  await bus.call('emit', { swarm, body: { kind: 'agent', agent, op: 'JOINED', role: 'observer' } })
  const { position } = await bus.call('remember', { swarm, body: { agent, content: saw } })
  const body = { text: saw, agent, limit: 3 }
  const { data } = await bus.call('recall', { swarm, after: position, timeout_ms: 10_000, body })
  return data.map(({ text }) => text)
}
`
}

function mainTs(): string {
  return `import { env } from 'node:process'
import { createWaggleClient } from '@waggle/client'
import { run } from './agent.ts'

const { WAGGLE_URL: url = 'http://127.0.0.1:4600', WAGGLE_TOKEN: token } = env
for (const text of await run(createWaggleClient({ url, token }), 'the market opened calm'))
  console.log(text)
`
}

function testTs({ swarm }: ProjectOptions): string {
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from './agent.ts'

test('the agent reads behind what it wrote', async () => {
  const asked: unknown[] = []
  // The bus as this agent sees it; against a real one: npm start.
  const call = (async (name: string, question: { swarm: string; after?: string }) => {
    asked.push([name, question.swarm, question.after])
    return name === 'recall' ? { data: [{ text: 'rain' }] } : { position: 'p@1' }
  }) as never
  assert.deepEqual(await run({ call }, 'rain'), ['rain'])
  assert.deepEqual(asked.at(-1), ['recall', ${JSON.stringify(swarm)}, 'p@1'])
})
`
}

function readme({ name, swarm }: ProjectOptions): string {
  return `# ${name}

An agent of the swarm \`${swarm}\`. It joins, remembers what it saw, and recalls it.

\`\`\`sh
waggle dev --data .waggle/bus     # in another terminal: a bus; prints its address with the token
npx pnpm install                  # once
npm test                          # without a bus
npm start                         # against the bus that .env names
waggle tail --from '' --limit 5   # what was said, after: waggle contexts add here ADDRESS --swarm ${swarm}
\`\`\`

\`.env\` holds the gateway's address and token: what stands behind \`#token=\` in the address. Everything an agent may ask
stands in the gateway's /openapi.json.
`
}
