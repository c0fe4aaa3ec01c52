import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMcp, type OpenMcp } from '../support/mcp.ts'

let mcp: OpenMcp
beforeAll(async () => {
  mcp = await openMcp()
})
afterAll(() => mcp.stop())

test('the tools, as clients see them', async () => {
  const client = await mcp.connect('swarm=desk&agent=ada')
  const { tools } = await client.listTools()
  const lines = tools.map((tool) => `${JSON.stringify(tool)}\n`).join('')
  await expect(lines).toMatchFileSnapshot('tools-list.snap')
  for (const { inputSchema, outputSchema, annotations } of tools) {
    expect(inputSchema.type).toBe('object')
    expect(outputSchema?.type).toBe('object')
    expect(annotations?.readOnlyHint).toBeTypeOf('boolean')
  }
})
