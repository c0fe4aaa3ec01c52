import { createGatewayServer, type GatewayServer } from '@waggle-services/gateway'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveBrowser } from '../support/browser.ts'
import { openGateway, TOKEN, type OpenGateway } from '../support/gateway.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/react-memory/', import.meta.url))
const SWARM = 'home'

const browser = await resolveBrowser()
const dir = mkdtempSync(join(tmpdir(), 'waggle-react-'))
let gateway: OpenGateway
let server: GatewayServer
let port: number

beforeAll(async () => {
  if (browser === undefined) return
  await build({
    root: EXAMPLE,
    logLevel: 'error',
    build: { outDir: dir, emptyOutDir: true },
  })
  gateway = await openGateway({ dashboard: dir })
  server = createGatewayServer(gateway.app, { port: 0 })
  await server.start()
  port = Number(new URL(server.url).port)
  for (const agent of ['ada', 'bob', 'cid', 'dan', 'eve'])
    await gateway.client.call('emit', {
      swarm: SWARM,
      body: { kind: 'agent', op: 'JOINED', agent, role: 'analyst' },
    })
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  await gateway?.stop()
  rmSync(dir, { recursive: true })
})

interface Shown {
  readonly page: Page
  readonly status: Locator
  readonly memories: Locator
  /** Addresses of live tails that were opened. */
  readonly tails: string[]
}

async function show(agent: string, token = TOKEN): Promise<Shown> {
  const page = await browser!.newPage()
  const tails: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/live')) tails.push(request.url())
  })
  await page.goto(`http://127.0.0.1:${port}/#token=${token}&swarm=${SWARM}&agent=${agent}`)
  const memories = page.getByRole('list', { name: 'Memories' }).getByRole('listitem')
  return { page, tails, memories, status: page.getByRole('status') }
}

const remember = (agent: string, content: string, more = {}) =>
  gateway.client.call('remember', { swarm: SWARM, body: { agent, content, ...more } })
const has = (locator: Locator, text: string): Promise<void> =>
  locator.filter({ hasText: text }).first().waitFor()

async function plan(page: Page, content: string, version: string): Promise<void> {
  await page.getByLabel('Plan').fill(content)
  await page.getByLabel('made for version').fill(version)
  await page.getByRole('button', { name: 'Remember' }).click()
}

describe.skipIf(browser === undefined)('useAgentMemory', () => {
  it('shows what the agent remembers, is told and decided, as it happens, over one stream', async () => {
    await remember('ada', 'first note')
    const { page, status, memories, tails } = await show('ada')
    await has(memories, 'first note')
    await has(status, 'live')
    await remember('ada', 'second note')
    await has(memories, 'second note')
    const swarm = SWARM
    const signal = { domain: 'oil', severity: 'HIGH', confidence: 1, targets: ['ada'] }
    await gateway.client.call('emit', {
      swarm,
      body: { ...signal, kind: 'signal', agent: 'bob', message: 'oil rises' },
    })
    await has(page.getByRole('list', { name: 'Signals' }), 'bob: oil rises')
    const decision = { kind: 'decision', agent: 'ada', action: 'LONG', reasoning: 'bob said so' }
    await gateway.client.call('emit', {
      swarm,
      body: { ...decision, confidence: 0.7, context: '' },
    })
    await has(page.getByRole('list', { name: 'Decisions' }), 'LONG: bob said so')
    // React's StrictMode mounts everything twice.
    expect(tails).toHaveLength(1)
    await page.close()
  })

  it('shows what is being remembered at once', async () => {
    const { page, status, memories } = await show('bob')
    await has(status, 'live')
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await page.route(/\/memories$/, async (route) => {
      await held
      await route.continue()
    })
    await plan(page, 'buy bonds', '0')
    await has(memories, 'buy bonds')
    expect(await memories.first().getAttribute('aria-busy')).toBe('true')
    const of = { swarm: SWARM, namespace: 'bob', kind: 'document' }
    const stored = await gateway.client.call('memories', of)
    expect(stored.data).toEqual([])
    release()
    await page.locator('li[aria-busy=false]', { hasText: 'buy bonds' }).waitFor()
    expect(await memories.count()).toBe(1)
    await page.close()
  })

  it('rolls back what came second, and has both values', async () => {
    await remember('cid', 'hold', { key: 'plan', type: 'plan' })
    const { page, memories } = await show('cid')
    await has(memories, 'hold')
    await plan(page, 'sell', '0')
    const alert = page.getByRole('alert')
    await has(alert, 'cid wrote “hold” before your “sell”')
    expect(await memories.allTextContents()).toEqual(['hold '])
    await plan(page, 'sell', '1')
    await has(memories, 'sell (version 2)')
    expect(await memories.count()).toBe(1)
    await page.close()
  })

  it('comes back after the gateway was away, and misses nothing', async () => {
    const { page, status, memories } = await show('dan')
    await has(status, 'live')
    await server.stop()
    await has(status, 'reconnecting')
    await remember('dan', 'said meanwhile')
    expect(await memories.count()).toBe(0)
    server = createGatewayServer(gateway.app, { port })
    await server.start()
    await has(memories, 'said meanwhile')
    await has(status, 'live')
    await page.close()
  })

  it('shows the past as it was, without what was learned later', async () => {
    const { position } = await remember('eve', 'early')
    const known = await gateway.client.call('memories', {
      swarm: SWARM,
      namespace: 'eve',
      after: position,
    })
    await remember('eve', 'late')
    const { page, status, memories, tails } = await show('eve')
    await has(memories, 'late')
    await page.getByLabel('As of').fill(String(known.data[0]!.known_from))
    await has(status, 'past')
    expect(await memories.allTextContents()).toEqual(['early '])
    expect(await page.getByRole('button', { name: 'Remember' }).count()).toBe(0)
    await page.getByLabel('As of').fill('')
    await has(memories, 'late')
    await has(status, 'live')
    expect(tails.length).toBeLessThanOrEqual(2)
    await page.close()
  })

  it('says why it may not', async () => {
    const { page, status } = await show('ada', 'wrong')
    await has(status, 'failed')
    await has(page.getByRole('alert'), 'does not know this token')
    await page.close()
  })
})
