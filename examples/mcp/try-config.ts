import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { readFileSync } from 'node:fs'

// Starts the server of mcp.json as a client would, writes to its memory and reads it back.
// Arguments, if any, stand in place of the configuration's `.waggle/memory`: the folder of the data.
const [dataDir] = process.argv.slice(2)
interface Config {
  readonly mcpServers: {
    readonly memory: { readonly command: string; readonly args: readonly string[] }
  }
}
const text = readFileSync(new URL('mcp.json', import.meta.url), 'utf8')
const { command, args } = (JSON.parse(text) as Config).mcpServers.memory
const given = args.map((arg) => (arg === '.waggle/memory' ? (dataDir ?? arg) : arg))

const client = new Client({ name: 'try-config', version: '0.1.0' })
await client.connect(new StdioClientTransport({ command, args: given, stderr: 'inherit' }))

const { tools } = await client.listTools()
process.stdout.write(`tools: ${tools.map(({ name }) => name).join(' ')}\n`)

const ada = { name: 'Ada', entityType: 'person', observations: ['likes bees'] }
await client.callTool({ name: 'create_entities', arguments: { entities: [ada] } })
const { structuredContent } = await client.callTool({
  name: 'search_nodes',
  arguments: { query: 'bees' },
})
process.stdout.write(`${JSON.stringify(structuredContent)}\n`)
await client.close()
