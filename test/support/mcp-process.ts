import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { fileURLToPath } from 'node:url'
import { connected } from './mcp.ts'

const MAIN = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))
const REFERENCE = fileURLToPath(
  new URL('../node_modules/@modelcontextprotocol/server-memory/dist/index.js', import.meta.url),
)

/** `waggle mcp` in a process of its own, as clients start it. */
export function startWaggleMcp(dataDir: string): Promise<Client> {
  return start([MAIN, 'mcp', '--data', dataDir, '--swarm', 'home', '--agent', 'assistant'])
}

/** `waggle mcp` over a gateway elsewhere. */
export function startRemoteMcp(url: string, token: string, query: readonly string[]) {
  return start([MAIN, 'mcp', '--url', url, ...query], { WAGGLE_TOKEN: token })
}

/** The reference memory server. */
export function startReference(file: string): Promise<Client> {
  return start([REFERENCE], { MEMORY_FILE_PATH: file })
}

function start(args: readonly string[], env: Record<string, string> = {}): Promise<Client> {
  return connected(
    new StdioClientTransport({ command: process.execPath, args: [...args], env, stderr: 'ignore' }),
  )
}
