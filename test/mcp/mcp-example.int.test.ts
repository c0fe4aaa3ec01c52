import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { TOKEN } from '../support/gateway.ts'
import { ask, openMcp } from '../support/mcp.ts'
import { startRemoteMcp } from '../support/mcp-process.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test('the example’s configuration starts a memory that a client can use', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'waggle-mcp-example-'))
  const script = join(ROOT, 'examples/mcp/try-config.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, dir], { cwd: ROOT })
  const [tools, found] = stdout.split('\n')
  expect(tools).toMatch(/^tools: create_entities .*explain$/)
  expect(JSON.parse(found!)).toEqual({
    entities: [{ name: 'Ada', entityType: 'person', observations: ['likes bees'] }],
    relations: [],
  })
  rmSync(dir, { recursive: true })
})

test('started by a client over a gateway elsewhere, it is the memory that others have there', async () => {
  const mcp = await openMcp()
  const url = new URL(mcp.url).origin
  const ada = await startRemoteMcp(url, TOKEN, ['--swarm', 'desk', '--agent', 'ada'])
  const tin = { name: 'tin', entityType: 'metal', observations: ['is light'] }
  await ask(ada, 'create_entities', { entities: [tin] })
  const near = await mcp.connect('swarm=desk&agent=ada')
  expect(await ask(near, 'read_graph', {})).toEqual({ entities: [tin], relations: [] })
  await ada.close()
  await mcp.stop()
})
