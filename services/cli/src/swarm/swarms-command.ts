import { defineCommand } from '../program/command.ts'
import { printAnswer } from '../program/print-answer.ts'
import { timeText } from '../program/print.ts'
import { GATEWAY_OPTIONS, withGateway } from './session.ts'

export const SWARMS = defineCommand({
  options: GATEWAY_OPTIONS,
  examples: ['swarms', 'swarms --data .waggle/demo'],
  run: (wanted, deps) =>
    withGateway(wanted, deps, async ({ client }) => {
      printAnswer(deps, wanted.json, await client.call('swarms', {}), {
        SWARM: ({ swarm }) => swarm,
        RUN: ({ run }) => run ?? 'live',
        'FORK OF': ({ parent, name }) => (name === null ? null : (parent ?? 'live')),
        CLOCK: ({ clock }) => timeText(clock === 0 ? null : clock),
      })
      return 0
    }),
})
