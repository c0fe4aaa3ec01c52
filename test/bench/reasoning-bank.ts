import { seededRandom, silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { sealRun, type AnyDraft } from '@waggle/emit'
import { createBankProjection } from '@waggle/reasoning-bank'
import { memoryBus, START, SWARM } from '../support/memory-bus.ts'
import { learnWorld, worldOf, type Noise, type Share } from '../support/bank-world.ts'
import { demotionDelays, edgeWorlds, noiseWorlds, RULES } from '../simulation/reasoning-bank.ts'
import { line, quantile, verify } from './measure.ts'

const EVENTS = Number(process.env['WAGGLE_BENCH_EVENTS'] ?? 1_000_000)
const SEEDS = Number(process.env['WAGGLE_BENCH_SEEDS'] ?? 40)
const SCOPE = { swarm: SWARM, run: null }

/** What the bank promotes beside the usual rules, and what it costs. */
export async function benchReasoningBank(): Promise<string[]> {
  return [
    `ReasoningBank: ${SEEDS} seeds a row, mean [95 % bootstrap interval over seeds]`,
    ...chanceTable(),
    ...edgeTable(),
    ...driftLines(),
    ...foldLines(),
    ...(await rebuildLines()),
  ]
}

/** Seeds no default was chosen on. */
function seeds(): number[] {
  return Array.from({ length: SEEDS }, (_, index) => 7000 + index)
}

function chanceTable(): string[] {
  const noises: Noise[] = ['normal', 'heavy', 'autocorrelated', 'clustered', 'skewed']
  const rules = Object.keys(RULES)
  const rows = noises.map((noise) => noiseWorlds(noise, seeds(), 1500))
  return rows.flatMap(({ noise, promoting }) => [
    `  nothing to find, ${noise}: share of worlds with a promotion (stated 0.1)`,
    ...promoting.map((share, rule) => `    ${rules[rule]!.padEnd(36)} ${text(share, 3)}`),
  ])
}

function edgeTable(): string[] {
  const worlds: [number, Noise][] = [
    [0.004, 'normal'],
    [0.008, 'normal'],
    [0.008, 'heavy'],
    [0.008, 'skewed'],
    [0.012, 'clustered'],
  ]
  return worlds.flatMap(([edge, noise]) => [
    `  edge ${edge * 10_000} bps in a third of bars, ${noise}, costs 10 bps: held-out regret in bps a bar, more than the bank's, power, false share`,
    ...edgeWorlds(edge, noise, seeds(), 3000).map(
      ({ rule, regret, moreThanBank, power, falseShare }) =>
        `    ${rule.padEnd(36)} ${text(regret, 2)}  ${text(moreThanBank, 2)}  ${text(power, 2)}  ${text(falseShare, 2)}`,
    ),
  ])
}

function driftLines(): string[] {
  const { delays, early, promoted } = demotionDelays(0.012, seeds(), 2000)
  const [middle, most] = [quantile(delays, 0.5), quantile(delays, 1)]
  return [
    `  an edge of 120 bps turns round: demoted after ${middle} lessons (median; most ${most}), ${promoted} promoted, ${early} demoted before`,
  ]
}

function foldLines(): string[] {
  const bars = worldOf({ seed: 1, bars: 20_000, features: 8, noise: 'normal', edge: () => 0.008 })
  const rates = Array.from({ length: 5 }, () => {
    const started = performance.now()
    const { judged } = learnWorld(bars)
    verify(judged.length === bars.length, 'every lesson was drawn')
    return (bars.length / (performance.now() - started)) * 1000
  })
  return [line('lessons folded, 8 features (10 situations each)', rates, '/s')]
}

/** A log of observations, with a decision and an outcome for every ten events, projected from the start. */
async function rebuildLines(): Promise<string[]> {
  const bus = await memoryBus()
  const random = seededRandom(1)
  const agents = Array.from({ length: 4 }, (_, index) => bus.emitter(`agent-${index}`))
  const judge = bus.emitter('judge')
  const bars = EVENTS / 10
  for (let bar = 0; bar < bars; bar++) {
    bus.clock.set(START + bar * 60_000_000)
    const agent = agents[bar % agents.length]!
    const features = { trend: random.next(), volume: random.next(), breadth: random.next() }
    const observation: AnyDraft = {
      kind: 'observation',
      domain: 'market',
      source: 'bench',
      content: 'state of the market',
      features,
    }
    const seen = await agent.emitAll(Array.from({ length: 8 }, () => observation))
    const value = (random.next() - 0.5) * 0.04 + (features.trend > 2 / 3 ? 0.01 : 0)
    const { event } = await agent.emit({
      kind: 'decision',
      action: 'LONG',
      context: '',
      reasoning: '',
      confidence: 0.6,
      predicted_value: 0.01,
      inputs: [seen[0]!.event.id],
      horizon_at: bus.clock.now() + 30_000_000,
    })
    bus.clock.advance(30_000_000)
    await judge.emit({ kind: 'outcome', decision: event.id, value, success: value > 0 })
  }
  await sealRun({ ...bus, ...SCOPE, at: bus.clock.now() + 1 })
  const projection = createBankProjection()
  const runner = createRunner({ ...bus, logger: silentLogger, projection })
  const started = performance.now()
  await runner.start()
  await runner.caughtUp(600_000)
  const seconds = (performance.now() - started) / 1000
  verify(projection.view.calibration(SCOPE).count === bars, 'every outcome is a lesson')
  const heap = Math.round(process.memoryUsage().rss / 2 ** 20)
  const lookups: number[] = []
  for (let asked = 0; asked < 2000; asked++) {
    const features = { trend: random.next(), volume: random.next(), breadth: random.next() }
    const before = performance.now()
    const { worked, failed } = await projection.view.whatWorked(SCOPE, { features, limit: 5 })
    lookups.push(performance.now() - before)
    verify(worked.length + failed.length > 0, 'something is known of the state')
  }
  await runner.stop()
  await bus.log.close()
  const [middle, tail] = [quantile(lookups, 0.5), quantile(lookups, 0.95)]
  return [
    `  rebuild of ${EVENTS} events with ${bars} decisions and outcomes (memory log): ${seconds.toFixed(1)} s, RSS ${heap} MiB with the log`,
    `  whatWorked: p50 ${middle.toFixed(3)} ms, p95 ${tail.toFixed(3)} ms`,
  ]
}

function text({ mean, low, high }: Share, digits: number): string {
  const [at, from, to] = [mean, low, high].map((value) => value.toFixed(digits))
  return `${at} [${from}, ${to}]`
}
