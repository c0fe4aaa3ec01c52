/** The smallest agent: it sees something, decides, remembers, and reads what it decided. Everything stays in .waggle/first. */
import { createAgent } from '@waggle/agent'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'

const deps = { clock: systemClock(), logger: silentLogger }
const bus = await openEmbeddedBus(
  { dataDir: '.waggle/first', analytics: 'off', trajectoryIndex: 'on' },
  deps,
)
const ada = createAgent({ bus, swarm: 'desk', name: 'ada', kind: 'market-hunter' })
await ada.join()
const seen = await ada.observe({ domain: 'trend', source: 'feed', content: 'SPX breaks out' })
await ada.decide({
  action: 'LONG',
  context: {},
  reasoning: 'it breaks out',
  confidence: 0.6,
  inputs: [seen],
})
await ada.remember({ type: 'lesson', content: 'SPX broke out', importance: 0.5, evidence: [seen] })
const { memories } = await ada.recall({ text: 'a break-out of SPX', limit: 3 })
process.stdout.write(`${memories.map(({ event }) => event.kind).join(' ')}\n`)
await bus.stop()
