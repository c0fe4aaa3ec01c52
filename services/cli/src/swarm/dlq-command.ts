import { WaggleError } from '@waggle/base'
import type { DeadLetterJson } from '@waggle/api'
import type { WaggleClient } from '@waggle/client'
import { z } from 'zod'
import { defineCommand, option, type CommandGroup } from '../program/command.ts'
import { printJson, printTable, timeText } from '../program/print.ts'
import { printAnswer } from '../program/print-answer.ts'
import { GATEWAY_OPTIONS, withGateway } from './session.ts'

const position = option('POSITION', 'of the dead letter, as `dlq ls` shows it', z.string().min(1))
const code = option('CODE', 'only with this reason', z.string().min(1).max(64).optional())

export const DLQ: CommandGroup = {
  commands: {
    ls: {
      summary: 'List refused records, newest first',
      ...defineCommand({
        options: {
          ...GATEWAY_OPTIONS,
          code,
          before: option('TOKEN', 'only older ones', z.string().min(1).optional()),
          limit: option('N', 'most records', z.coerce.number().int().min(1).max(1000).default(20)),
        },
        examples: ['dlq ls', 'dlq ls --code BYTES_MALFORMED --json'],
        run: ({ json, limit, before, code: only, ...wanted }, deps) =>
          withGateway(wanted, deps, async ({ client }) => {
            const question = {
              limit,
              ...(only === undefined ? {} : { code: only }),
              ...(before === undefined ? {} : { before }),
            }
            const answer = await client.call('deadLetters', question)
            printAnswer(deps, json, answer, {
              AT: ({ at }) => timeText(at),
              POSITION: (letter) => letter.position,
              CODE: (letter) => letter.code,
              BYTES: ({ bytes }) => bytes,
              REASON: ({ reason }) => reason,
            })
            return 0
          }),
      }),
    },
    show: {
      summary: 'One refused record: why, where from, and its bytes',
      ...defineCommand({
        args: { position },
        options: GATEWAY_OPTIONS,
        examples: ['dlq show waggle.dead-letters.v1/0@3'],
        run: (wanted, deps) =>
          withGateway(wanted, deps, async ({ client }) => {
            const letter = await find(client, wanted.position)
            if (wanted.json) printJson(deps, letter)
            else {
              const { raw, ...rest } = letter
              const hex =
                Buffer.from(raw, 'base64')
                  .toString('hex')
                  .match(/.{1,64}/g) ?? []
              const rows = Object.entries({ ...rest, at: timeText(rest.at) })
              printTable(deps, ['FIELD', 'VALUE'], rows)
              deps.out.write(`${hex.join('\n')}\n`)
            }
            return 0
          }),
      }),
    },
    replay: {
      summary: 'Append the bytes again, where their fault has gone',
      ...defineCommand({
        args: { position },
        options: GATEWAY_OPTIONS,
        examples: ['dlq replay waggle.dead-letters.v1/0@3'],
        run: (wanted, deps) =>
          withGateway(wanted, deps, async ({ client }) => {
            const { data } = await client.call('replayDeadLetter', { position: wanted.position })
            deps.out.write(
              wanted.json ? `${JSON.stringify(data)}\n` : `appended at ${data.position}\n`,
            )
            return 0
          }),
      }),
    },
  },
}

const PAGE = 1000

/** Pages backwards from the newest. */
async function find(client: WaggleClient, wanted: string): Promise<DeadLetterJson> {
  let before: string | undefined
  for (;;) {
    const query = { limit: PAGE, ...(before === undefined ? {} : { before }) }
    const { data } = await client.call('deadLetters', query)
    const found = data.find((letter) => letter.position === wanted)
    if (found !== undefined) return found
    const oldest = data.at(-1)?.position
    if (oldest === undefined || oldest === before)
      throw new WaggleError('NOT_FOUND', `No dead letter at ${wanted}`, { input: wanted })
    before = oldest
  }
}
