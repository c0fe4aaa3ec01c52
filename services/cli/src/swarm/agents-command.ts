import { printAnswer } from '../program/print-answer.ts'
import { timeText } from '../program/print.ts'
import { defineCommand, flag } from '../program/command.ts'
import { READ_OPTIONS, readOf, withSwarm } from './session.ts'

export const AGENTS = defineCommand({
  options: { ...READ_OPTIONS, left: flag('those who have left, too') },
  examples: [
    'agents',
    'agents --data .waggle/demo --swarm demo --run backtest-SPX --as-of 2001-09-10',
  ],
  run: (wanted, deps) =>
    withSwarm(wanted, deps, async (session) => {
      const left = wanted.left ? { left: 'true' } : {}
      const answer = await session.client.call('agents', { ...readOf(wanted, session), ...left })
      printAnswer(deps, wanted.json, answer, {
        AGENT: ({ agent }) => agent,
        ROLE: ({ role }) => role,
        STATUS: ({ status }) => status,
        WEIGHT: ({ weight }) => weight,
        LEARNED: ({ learned_weight: learned }) => learned?.toFixed(3),
        'LAST HEARD': ({ last_heard: heard }) => timeText(heard),
        JOINED: ({ joined_at: joined }) => timeText(joined),
      })
      return 0
    }),
})
