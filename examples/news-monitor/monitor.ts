/**
 * A monitor of market news: it reads headlines, one JSON object a line, and warns the swarm by signals; a desk agent takes
 * note of them. Headlines that repeat are one signal. See README.md.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createAgent, type Agent } from '@waggle/agent'
import { silentLogger, systemClock } from '@waggle/base'
import type { Position } from '@waggle/event'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { judge, parseHeadline, type Headline } from './judge.ts'

const [file = new URL('headlines.jsonl', import.meta.url).pathname, dataDir = '.waggle/news'] =
  process.argv.slice(2)
const HOUR_MS = 3_600_000
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

const deps = { clock: systemClock(), logger: silentLogger }
const bus = await openEmbeddedBus({ dataDir, analytics: 'off' }, deps)
try {
  const monitor = createAgent({ bus, swarm: 'desk', name: 'news', kind: 'market-hunter' })
  const trader = createAgent({ bus, swarm: 'desk', name: 'trader', kind: 'market-hunter' })
  await Promise.all([monitor.join(), trader.join()])

  const said: Position[] = []
  let line = 0
  for await (const text of createInterface({ input: createReadStream(file) })) {
    line++
    const headline = parseHeadline(text)
    // A line that is none stops nothing: it is said, and the feed goes on.
    if (headline === undefined) say({ line, skipped: 'is no headline' })
    else said.push(...(await warn(monitor, headline)))
  }

  // The trader reads once its view has what the monitor said.
  const warnings = await trader.signals.inbox(['news'], {}, { after: said })
  for (const { signal } of warnings.value) await trader.signals.acknowledge(signal, 'RECEIVED')
  say({ warnings: warnings.value.map(({ signal }) => [signal.severity, signal.message]) })
} finally {
  await bus.stop()
}

async function warn(agent: Agent, headline: Headline): Promise<Position[]> {
  const { title, source, instrument } = headline
  const seen = await agent.observe({ domain: 'news', source, instrument, content: title })
  const { strength, severity } = judge(title)
  if (severity === 'INFO') return []
  const { position } = await agent.within({ cause: seen.event.id }).signal({
    domain: 'news',
    severity,
    instrument,
    strength,
    confidence: 0.5,
    message: title,
    recommended_action: strength < 0 ? 'REDUCE' : 'LOOK',
    ttl_ms: HOUR_MS,
    dedupe_key: title.toLowerCase(),
  })
  return [position]
}
