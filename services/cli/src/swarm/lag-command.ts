import { defineCommand } from '../program/command.ts'
import { printAnswer } from '../program/print-answer.ts'
import { GATEWAY_OPTIONS, withGateway } from './session.ts'

export const LAG = defineCommand({
  options: GATEWAY_OPTIONS,
  examples: ['lag', 'lag --url http://127.0.0.1:4600 --json'],
  exits: 'Exit code 1: a view is stalled or failed.',
  run: (wanted, deps) =>
    withGateway(wanted, deps, async ({ client }) => {
      const answer = await client.call('projections', {})
      printAnswer(deps, wanted.json, answer, {
        VIEW: ({ name }) => name,
        STATE: ({ state }) => state,
        LAG: ({ lag }) => lag,
        'PER SECOND': ({ rate }) => rate.toFixed(0),
        REFUSED: ({ refused }) => refused,
        PARTITIONS: ({ partitions }) => partitions,
        REASON: ({ reason }) => reason,
      })
      return answer.data.some(({ state }) => state === 'stalled' || state === 'failed') ? 1 : 0
    }),
})
