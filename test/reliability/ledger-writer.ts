/** A process that appends and writes down what was acknowledged; killed by its test at a random time. */
import { fsyncSync, openSync, writeSync } from 'node:fs'
import { systemClock } from '@waggle/base'
import { openLmdbLog } from '@waggle/log/lmdb'

const [, , path = '', ledgerPath = '', session = ''] = process.argv
const log = await openLmdbLog({ path, topics: { t: 2 }, clock: systemClock() })
const ledger = openSync(ledgerPath, 'a')
for (let seq = 1; ; seq += 3) {
  const records = [seq, seq + 1, seq + 2].map((number) => ({
    topic: 't',
    key: `${session} ${number % 5}`,
    value: Buffer.from(`${session} ${number}`),
    producer: { session, seq: number },
  }))
  await log.append(records)
  writeSync(ledger, records.map(({ value }) => `${value.toString()}\n`).join(''))
  fsyncSync(ledger)
}
