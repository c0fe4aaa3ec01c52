import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMetrics, healthOf, parseEnvironment } from '@waggle/service'
import { hasTool } from '@waggle-infra/native/find-tool'
import { namesIn, readDashboards } from '../support/grafana.ts'
import { committedFiles, readSource, ROOT } from './tree.ts'

const text = (path: string): string => readSource(path).text
const all = (pattern: RegExp, source: string): string[] =>
  [...source.matchAll(pattern)].map(([, found]) => found!)

const compose = text('docker-compose.yml')
const alerts = text('infra/prometheus/alerts.yml')
const known = all(/^  (WAGGLE_\w+):/gm, text('packages/service/src/config.ts'))

describe('docker-compose.yml', () => {
  it('names only variables that a service or users.xml knows', () => {
    const passwords = all(/from_env="(\w+)"/g, text('infra/clickhouse/users.xml'))
    const named = all(/\b(WAGGLE_\w+?)(?:_FILE)?\b/g, compose)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => ![...known, ...passwords].includes(name))).toEqual([])
  })

  it('pins every image', () => {
    const images = all(/^ +image: (\S+)$/gm, compose)
    expect(images).toHaveLength(7)
    expect(images.filter((image) => !/:v?\d+\.\d+\.\d+[\w.-]*$/.test(image))).toEqual([])
    const base = all(/^FROM (\S+)/gm, text('infra/docker/Dockerfile'))
    const { node } = (JSON.parse(text('package.json')) as { devDependencies: { node: string } })
      .devDependencies
    expect(new Set(base)).toEqual(new Set([`node:${node}-bookworm-slim`]))
    expect(text('infra/docker/Dockerfile')).toContain(
      /pnpm@[\d.]+/.exec(text('infra/bootstrap/run.mjs'))![0],
    )
  })

  it('publishes on the loopback address only', () => {
    const published = all(/ports: \[(.*)\]/g, compose)
    expect(published.length).toBe(all(/^ +(ports):/gm, compose).length)
    expect(published.filter((port) => !/^'127\.0\.0\.1:\d+:\d+'$/.test(port))).toEqual([])
  })

  it('mounts only what is there, and only secrets that make-secrets.mjs makes', () => {
    const files = committedFiles()
    const mounts = all(/- \.\/([^:]+):/g, compose)
    expect(mounts.length).toBeGreaterThan(5)
    const missing = mounts.filter(
      (mount) => !files.some((file) => file === mount || file.startsWith(`${mount}/`)),
    )
    expect(missing).toEqual([])
    const secrets = all(/file: \.waggle\/secrets\/([\w-]+)/g, compose)
    expect(secrets).toEqual(all(/^  '([\w-]+)',$/gm, text('infra/docker/make-secrets.mjs')))
  })

  it('gives a drain the time it may take', () => {
    const drainMs = Number(all(/WAGGLE_DRAIN_MS: '(\d+)'/g, compose)[0])
    const graceMs = Number(all(/stop_grace_period: (\d+)s/g, compose)[0]) * 1000
    expect(graceMs).toBeGreaterThan(drainMs)
  })

  it('has a scrape job for each of our services', () => {
    const services = all(/services\/([\w-]+)\/src\/main\.ts\]/g, compose)
    expect(services).toEqual([
      'hot-view',
      'analytics',
      'coordinator',
      'memory-view',
      'archiver',
      'gateway',
    ])
    const jobs = all(/job_name: ([\w-]+)/g, text('infra/prometheus/prometheus.yml'))
    expect(jobs).toEqual(expect.arrayContaining(services))
    expect(all(/absent\(up\{job="([\w-]+)"/g, alerts)).toEqual(services)
  })
})

const panels = readDashboards().flatMap((dashboard) => dashboard.panels)
const expressions = panels
  .flatMap(({ targets }) => targets.flatMap(({ expr }) => expr ?? []))
  .map((expr) => expr.replaceAll('$__rate_interval', '1m'))

describe('PromQL', () => {
  it('names only metrics and labels that a service prints', async () => {
    const projection = {
      name: 'p',
      state: 'running',
      reason: undefined,
      lag: 0n,
      refused: 0,
      applied: new Map(),
      partitions: 1,
    } as const
    const health = healthOf({
      service: 's',
      stopping: false,
      waiting: undefined,
      log: undefined,
      projections: [projection],
    })
    const request = { method: 'GET', route: '/', status: 200, count: 1, seconds: 1, buckets: [1] }
    const traffic = { requests: [request], liveReaders: 1 }
    const printed = await createMetrics(
      's',
      async () => health,
      () => traffic,
    ).scrape()
    // Those of Prometheus itself.
    const metrics = new Set([...all(/^([a-z_]\w*)[{ ]/gm, printed), 'up'])
    const labels = new Set([...all(/[{,]([a-z_]\w*)="/g, printed), 'instance', 'job'])
    const rules = all(/expr: (?:>-\s+)?([^]*?)\n +(?:for|labels):/g, alerts)
    expect(rules).toHaveLength(all(/- (alert):/g, alerts).length)
    for (const expression of [...expressions, ...rules]) {
      const names = namesIn(expression)
      expect(names.metrics, expression).not.toEqual([])
      expect(
        names.metrics.filter((name) => !metrics.has(name)),
        expression,
      ).toEqual([])
      expect(
        names.labels.filter((name) => !labels.has(name)),
        expression,
      ).toEqual([])
    }
  })
})

const promtool = await hasTool('promtool', ['--version'])
if (!promtool) process.stderr.write('\nSKIPPED: promtool (package prometheus) is not installed\n')

describe.skipIf(!promtool)('promtool', () => {
  const run = (...args: string[]): string =>
    execFileSync('promtool', args, { cwd: join(ROOT, 'infra/prometheus'), encoding: 'utf8' })

  it('takes the configuration, and every alert fires when it should and not otherwise', () => {
    expect(run('check', 'config', 'prometheus.yml')).toContain('SUCCESS')
    expect(run('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS')
    const tested = new Set(all(/alertname="?:? ?(\w+)/g, text('infra/prometheus/alerts.test.yml')))
    expect([...tested].sort()).toEqual(all(/- alert: (\w+)/g, alerts).sort())
  })

  it('takes the expressions of the dashboards', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-promql-'))
    const rules = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }))
    writeFileSync(join(folder, 'r.json'), JSON.stringify({ groups: [{ name: 'panels', rules }] }))
    expect(run('check', 'rules', join(folder, 'r.json'))).toContain(`${expressions.length} rules`)
    rmSync(folder, { recursive: true })
  })
})

describe('dashboards', () => {
  it('use data sources that are provisioned', () => {
    const provisioned = all(
      /uid: (\w+)/g,
      text('infra/grafana/provisioning/datasources/datasources.yml'),
    )
    expect([...new Set(panels.map(({ datasource }) => datasource.uid))].sort()).toEqual(
      provisioned.sort(),
    )
  })
})

describe('docs/operations.md', () => {
  it('has every variable with its default', () => {
    const config = parseEnvironment({ WAGGLE_KAFKA_BROKERS: 'x' }, (path) => path)
    const expected = known.map((name) => {
      const value = Object.entries(config).find(([key]) => key === name)?.[1]
      if (name === 'WAGGLE_KAFKA_BROKERS') return [name, 'required']
      return [name, value === undefined || String(value) === '' ? '' : `\`${String(value)}\``]
    })
    const rows = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8').matchAll(
      /^\| `(WAGGLE_\w+)` +\| (.*?) +\| \S/gm,
    )
    expect([...rows].map(([, name, value]) => [name, value!.trim()])).toEqual(expected)
  })
})
