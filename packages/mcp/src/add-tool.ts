import type { McpServer, ToolCallback } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import type { z } from 'zod'
import { toolError } from './tool-error.ts'

export interface ToolDefinition<I extends z.ZodObject, O extends z.ZodObject> {
  readonly title: string
  readonly description: string
  readonly input: I
  readonly output: O
  readonly annotations: ToolAnnotations
  /** What the tool answers; what it throws becomes a tool error. */
  run(input: z.output<I>, signal: AbortSignal): Promise<z.output<O>>
  /** The answer for models that read text alone; the whole as JSON if left out. */
  text?(answer: z.output<O>): unknown
}

export const READS = { readOnlyHint: true, destructiveHint: false, openWorldHint: false } as const
export const ADDS = { readOnlyHint: false, destructiveHint: false, openWorldHint: false } as const

export function addTool<I extends z.ZodObject, O extends z.ZodObject>(
  server: McpServer,
  name: string,
  { title, description, input, output, annotations, run, text }: ToolDefinition<I, O>,
): void {
  const call = async (
    given: z.output<I>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<CallToolResult> => {
    try {
      const answer = await run(given, signal)
      const shown = text === undefined ? answer : text(answer)
      const words = typeof shown === 'string' ? shown : JSON.stringify(shown, null, 2)
      return { content: [{ type: 'text', text: words }], structuredContent: answer }
    } catch (error) {
      return toolError(error)
    }
  }
  server.registerTool(
    name,
    { title, description, inputSchema: input, outputSchema: output, annotations },
    call as unknown as ToolCallback<I>,
  )
}
