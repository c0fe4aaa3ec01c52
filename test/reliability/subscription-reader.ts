/**
 * A process that reads a durable subscription and writes down what it had. It may be told to kill itself some milliseconds
 * behind so many messages: however slow the machine is, it does not get further.
 */
import { fsyncSync, openSync, writeSync } from 'node:fs'
import { silentLogger, systemClock } from '@waggle/base'
import { coordinate } from '@waggle/coordinate'
import { openEmbeddedBus } from '@waggle-services/embedded'

const [, , dataDir = '', ledgerPath = '', session = '', last = '', behind = '', ms = ''] =
  process.argv
const bus = await openEmbeddedBus(
  { dataDir, analytics: 'off' },
  { clock: systemClock(), logger: silentLogger },
)
const reader = coordinate(bus).agent({ swarm: 's', agent: 'reader', session })
await reader.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
const subscription = await reader.messages.subscribe({
  pattern: 'work.*',
  name: 'inbox',
  advanceEvery: 10,
})
const ledger = openSync(ledgerPath, 'a')
let had = 0
const missing = new Set(['work.a', 'work.b', 'work.c'])
for await (const { message } of subscription) {
  writeSync(ledger, `${message.channel} ${message.body} ${message.id}\n`)
  fsyncSync(ledger)
  if (++had === Number(behind)) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(ms))
  if (message.body === last) missing.delete(message.channel)
  if (missing.size === 0) subscription.close()
}
await bus.stop()
