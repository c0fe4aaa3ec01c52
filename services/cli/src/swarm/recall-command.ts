import { z } from 'zod'
import { defineCommand, flag, option } from '../program/command.ts'
import { printAnswer } from '../program/print-answer.ts'
import { timeText } from '../program/print.ts'
import { READ_OPTIONS, readOf, withSwarm } from './session.ts'

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(','))
  .optional()

export const RECALL = defineCommand({
  args: { text: option('TEXT', 'what the memories say', z.string().min(1).max(8192)) },
  options: {
    ...READ_OPTIONS,
    agent: option('NAME', 'as this agent may see it', z.string().min(1).optional()),
    kind: option('KIND,...', 'only of these kinds of memory', list),
    namespace: option('NAME,...', 'only in these namespaces', list),
    source: option('NAME,...', 'only of these sources', list),
    limit: option('N', 'most memories', z.coerce.number().int().min(1).max(1000).default(10)),
    exact: flag('compare with every memory, not only with those the index proposes'),
  },
  examples: [
    'recall "break-out on low volume"',
    'recall "who is short" --agent ada --limit 3 --json',
  ],
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const { text, agent, kind, namespace, source, limit, exact } = wanted
      const body = {
        text,
        limit,
        ...(agent === undefined ? {} : { agent }),
        ...(kind === undefined ? {} : { kinds: kind }),
        ...(namespace === undefined ? {} : { namespaces: namespace }),
        ...(source === undefined ? {} : { sources: source }),
        ...(exact ? { exact } : {}),
      }
      const answer = await session.client.call('recall', { ...readOf(wanted, session), body })
      printAnswer(deps, wanted.json, answer, {
        SCORE: ({ score }) => score?.toFixed(3),
        KIND: ({ kind: of }) => of,
        SOURCE: ({ source: of }) => of,
        KNOWN: ({ known_from: known }) => timeText(known),
        TEXT: ({ text: said }) => said,
        ID: ({ id }) => id,
      })
      return 0
    }),
})
