import { z } from 'zod'
import { defineCommand, option } from '../program/command.ts'
import { printAnswer } from '../program/print-answer.ts'
import { timeText } from '../program/print.ts'
import { READ_OPTIONS, readOf, withSwarm } from './session.ts'

const name = z.string().min(1).max(128).optional()

export const SIGNALS = defineCommand({
  options: {
    ...READ_OPTIONS,
    target: option('NAME', 'only those meant for this agent', name),
    domain: option('NAME', 'only of this domain', name),
  },
  examples: ['signals', 'signals --target ada --domain trend'],
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const { target, domain } = wanted
      const answer = await session.client.call('signals', {
        ...readOf(wanted, session),
        ...(target === undefined ? {} : { target }),
        ...(domain === undefined ? {} : { domain }),
      })
      printAnswer(deps, wanted.json, answer, {
        SENT: ({ sent_at: at }) => timeText(at),
        AGENT: ({ agent }) => agent,
        DOMAIN: (signal) => signal.domain,
        SEVERITY: ({ severity, escalated }) => (escalated ? `${severity}, escalated` : severity),
        'ACKNOWLEDGED BY': ({ acknowledgments }) =>
          acknowledgments.map(({ agent }) => agent).join(', '),
        EXPIRES: ({ expires_at: at }) => timeText(at),
        CONTENT: ({ content }) => content,
        ID: ({ id }) => id,
      })
      return 0
    }),
})
