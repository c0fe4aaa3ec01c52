import { z } from 'zod'
import { defineCommand, option } from '../program/command.ts'
import { printAnswer } from '../program/print-answer.ts'
import { timeText } from '../program/print.ts'
import { READ_OPTIONS, readOf, withSwarm } from './session.ts'

export const LOCKS = defineCommand({
  args: {
    resource: option('RESOURCE', 'the history of one lock', z.string().min(1).max(128).optional()),
  },
  options: {
    ...READ_OPTIONS,
    limit: option(
      'N',
      'most steps of a history',
      z.coerce.number().int().min(1).max(1000).default(50),
    ),
  },
  examples: ['locks', 'locks SPX/orders'],
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const { resource, limit, json } = wanted
      const question = readOf(wanted, session)
      if (resource === undefined) {
        printAnswer(deps, json, await session.client.call('locks', question), {
          RESOURCE: (lock) => lock.resource,
          MODE: ({ mode }) => mode,
          HOLDERS: ({ holders }) =>
            holders.map(({ agent, token }) => `${agent} (token ${token})`).join(', '),
          UNTIL: ({ holders: [first] }) => timeText(first?.lease_until ?? null),
          WAITING: ({ waiters }) => waiters.map(({ agent }) => agent).join(', '),
        })
        return 0
      }
      const history = await session.client.call('lockHistory', { ...question, resource, limit })
      printAnswer(deps, json, history, {
        AT: ({ at }) => timeText(at),
        AGENT: ({ agent }) => agent,
        STATUS: ({ status }) => status,
        TOKEN: ({ token }) => token,
        POSITION: ({ position }) => position,
        REASON: ({ reason }) => reason,
      })
      return 0
    }),
})
