/** `npm run dev:cluster`: everything in native processes until Ctrl-C. */
import { startDevCluster } from './dev-cluster.ts'

const builtInRegistry = process.argv.includes('--built-in-registry')
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const cluster = await startDevCluster({ builtInRegistry, onReady: (part) => say(`ready: ${part}`) })
say('\nFor agents, services and the demo:\n')
for (const [name, value] of Object.entries(cluster.environment)) say(`export ${name}=${value}`)
say('\nCtrl-C stops it all and forgets its data.')

const keepAlive = setInterval(() => {}, 1 << 30)
let stopping = false
const stop = (): void => {
  if (stopping) return
  stopping = true
  clearInterval(keepAlive)
  void cluster.stop().then(() => process.exit(0))
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
