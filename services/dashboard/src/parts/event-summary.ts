import type { EventJson } from '@waggle/api'
import { numberText } from '../ui/format.ts'

const text = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : value === null || value === undefined
      ? ''
      : JSON.stringify(value)
const number = (value: unknown): string =>
  typeof value === 'number' ? numberText(value, 4) : text(value)

/** By kind: the fields that say what an event is about, in the order in which one would say them. */
const SAYS: Readonly<Record<string, (event: EventJson) => readonly string[]>> = {
  acknowledgment: (e) => [text(e['status']), text(e['note'])],
  agent: (e) => [text(e['op']), text(e['role'])],
  agent_state: (e) => [text(e['type']), `v${text(e['version'])}`, text(e['state'])],
  bar: (e) => [text(e['instrument']), text(e['close'])],
  decision: (e) => [text(e['action']), text(e['instrument']), text(e['reasoning'])],
  fill: (e) => [text(e['instrument']), text(e['quantity']), `@ ${text(e['price'])}`],
  lock_command: (e) => [text(e['op']), text(e['resource'])],
  lock_result: (e) => [text(e['status']), text(e['resource']), text(e['reason'])],
  outcome: (e) => [e['success'] === true ? 'success' : 'failure', number(e['value'])],
  proposal: (e) => [text(e['question'])],
  proposal_result: (e) => [text(e['status']), text(e['winner'])],
  recall: (e) => [text(e['query'])],
  signal: (e) => [text(e['severity']), text(e['message']), text(e['recommended_action'])],
  verdict: (e) => [text(e['label']), number(e['score'])],
  vote: (e) => [text(e['choice']), text(e['reasoning'])],
}

const TEXT_FIELDS = ['content', 'message', 'value', 'name', 'body', 'reason', 'description']

/** What an event says, in one line. */
export function eventSummary(event: EventJson): string {
  const own = SAYS[event.kind]?.(event) ?? TEXT_FIELDS.map((name) => text(event[name]))
  return own.filter((part) => part !== '').join(' · ')
}

/** Kinds worth a filter of their own. */
export const COMMON_KINDS: readonly string[] = Object.keys(SAYS)

/** A number that an event gives itself: how sure, how strong, how important. */
export function eventScore(event: EventJson): { name: string; value: number } | undefined {
  for (const name of ['confidence', 'strength', 'importance', 'score', 'value']) {
    const value = event[name]
    if (typeof value === 'number') return { name, value }
  }
  return undefined
}
