import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOKEN } from '../support/gateway.ts'
import { openMcp, type OpenMcp } from '../support/mcp.ts'
import { openTokenProxy } from '../support/token-proxy.ts'

const SUITE = fileURLToPath(
  new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
)

/** Scenarios that ask nothing but the protocol. */
const PASSED = [
  'server-initialize',
  'ping',
  'tools-list',
  'server-sse-multiple-streams',
  'resources-list',
  'resources-subscribe',
  'resources-unsubscribe',
  'dns-rebinding-protection',
]

/** The others call tools, resources and prompts that only a server made for the suite has, or what we do not offer. */
const NOT_MEANT = [
  'logging-set-level',
  'completion-complete',
  'tools-call-simple-text',
  'tools-call-image',
  'tools-call-audio',
  'tools-call-embedded-resource',
  'tools-call-mixed-content',
  'tools-call-with-logging',
  'tools-call-error',
  'tools-call-with-progress',
  'tools-call-sampling',
  'tools-call-elicitation',
  'json-schema-2020-12',
  'elicitation-sep1034-defaults',
  'server-sse-polling',
  'elicitation-sep1330-enums',
  'resources-read-text',
  'resources-read-binary',
  'resources-templates-read',
  'prompts-list',
  'prompts-get-simple',
  'prompts-get-with-args',
  'prompts-get-embedded-resource',
  'prompts-get-with-image',
]

let mcp: OpenMcp
const dir = mkdtempSync(join(tmpdir(), 'waggle-mcp-conformance-'))
beforeAll(async () => {
  mcp = await openMcp()
})
afterAll(async () => {
  await mcp.stop()
  rmSync(dir, { recursive: true })
})

test('the protocol’s own conformance suite', async () => {
  const proxy = await openTokenProxy(`${mcp.url}?swarm=desk&agent=ada`, TOKEN)
  const args = [SUITE, 'server', '--url', proxy.url, '--suite', 'all', '-o', dir]
  const text = await new Promise<string>((resolve) => {
    // Scenarios that are not meant fail, and with them the command.
    execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout))
  })
  await proxy.stop()
  const lines = [...text.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed$/gm)]
  const results = new Map(lines.map(([, name, passed, failed]) => [name!, `${passed} ${failed}`]))
  expect([...results.keys()].sort()).toEqual([...PASSED, ...NOT_MEANT].sort())
  const failed = PASSED.filter((name) => !/^[1-9]\d* 0$/.test(results.get(name)!))
  expect(failed).toEqual([])
})
