import { decideSpan, executeToolSpan, retrievalSpan, type TracedAgent } from '@waggle/telemetry'
import type { Actions } from './actions.ts'
import type { Decisions } from './decisions.ts'
import type { Memories } from './memories.ts'

/** The same agent; what it recalls, decides and does is a span each, where an SDK is registered. */
export function tracedAgent<
  A extends Pick<Decisions, 'decide'> & Pick<Memories, 'recall'> & Actions,
>(agent: A, of: TracedAgent): A {
  const act: Actions['act'] = (decision, action) =>
    executeToolSpan(of, action.name ?? 'act', () => agent.act(decision, action))
  return {
    ...agent,
    decide: (draft) => decideSpan(of, () => agent.decide(draft)),
    recall: (question) => retrievalSpan(of, () => agent.recall(question)),
    act,
  }
}
