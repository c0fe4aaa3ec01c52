import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_DATA_SOURCE_ID,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL,
  GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT,
  GEN_AI_OPERATION_NAME_VALUE_RETRIEVAL,
} from '@opentelemetry/semantic-conventions/incubating'
import { inSpan } from './span.ts'

export interface TracedAgent {
  readonly name: string
  /** Line of thought; null where there is none. */
  readonly trajectory: string | null
}

/** One cycle of an agent: `invoke_agent {name}`. */
export function invokeAgentSpan<T>(agent: TracedAgent, run: () => Promise<T>): Promise<T> {
  const { name } = agent
  return agentSpan(agent, `invoke_agent ${name}`, GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT, run)
}

/** A question to memory: `retrieval memory`. What was asked stays out of the span: it may be about somebody. */
export function retrievalSpan<T>(agent: TracedAgent, run: () => Promise<T>): Promise<T> {
  const name = GEN_AI_OPERATION_NAME_VALUE_RETRIEVAL
  const more = { [ATTR_GEN_AI_DATA_SOURCE_ID]: 'memory' }
  return agentSpan(agent, `${name} memory`, name, run, more)
}

/** Something done in the world: `execute_tool {tool}`. */
export function executeToolSpan<T>(
  agent: TracedAgent,
  tool: string,
  run: () => Promise<T>,
): Promise<T> {
  const name = GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL
  return agentSpan(agent, `${name} ${tool}`, name, run, { [ATTR_GEN_AI_TOOL_NAME]: tool })
}

/** A choice, from its draft to its place in the log: `decide`; the conventions have no name for it. */
export function decideSpan<T>(agent: TracedAgent, run: () => Promise<T>): Promise<T> {
  return agentSpan(agent, `decide ${agent.name}`, 'decide', run)
}

function agentSpan<T>(
  { name, trajectory }: TracedAgent,
  span: string,
  operation: string,
  run: () => Promise<T>,
  more: Attributes = {},
): Promise<T> {
  return inSpan(
    span,
    () => ({
      attributes: {
        [ATTR_GEN_AI_OPERATION_NAME]: operation,
        [ATTR_GEN_AI_AGENT_NAME]: name,
        ...(trajectory === null ? {} : { [ATTR_GEN_AI_CONVERSATION_ID]: trajectory }),
        ...more,
      },
    }),
    run,
  )
}
