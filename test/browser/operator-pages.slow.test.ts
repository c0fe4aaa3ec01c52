import { readFile } from 'node:fs/promises'
import type { EvidencePack } from '@waggle/api'
import { recompute } from '@waggle/explain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOOKS, openWindow, overflowOf, resolveBrowser, violationsOf } from '../support/browser.ts'
import {
  DEMO_SCOPE,
  SCENE_MS,
  openDashboardScene,
  type DashboardScene,
} from '../support/dashboard-scene.ts'

const browser = await resolveBrowser()
let scene: DashboardScene

beforeAll(async () => {
  if (browser === undefined) return
  scene = await openDashboardScene('2002-01-31')
  await holdLock(scene)
}, SCENE_MS)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
})

/** A lock that one agent holds for long. */
async function holdLock({ client }: DashboardScene): Promise<void> {
  const joined = { kind: 'agent', agent: 'first', op: 'JOINED', role: 'trader', weight: 1 }
  await client.call('emit', { swarm: 'demo', body: joined })
  const at = { swarm: 'demo', resource: 'order-book/ACME' }
  const body = { op: 'ACQUIRE', lease_ms: 3_600_000 } as const
  await client.call('lock', { ...at, body: { ...body, agent: 'first', request: 'one' } })
}

const ENCODED = encodeURIComponent('SELECT agent, decisions FROM decision_quality')
const PAGES = {
  consensus: `/consensus?${DEMO_SCOPE}`,
  locks: '/consensus?swarm=demo&run=live',
  memory: `/memory?${DEMO_SCOPE}`,
  log: `/log?${DEMO_SCOPE}&runs=all`,
  projections: '/projections?swarm=demo',
  schemas: '/schemas?swarm=demo',
  sql: `/sql?swarm=demo&query=${ENCODED}`,
}

describe.skipIf(browser === undefined)('pages of operators and analysts', () => {
  it.each(LOOKS)('are whole and accessible: $theme, $width px', async (look) => {
    const window = await openWindow(browser!, scene.gateway, look)
    for (const [name, address] of Object.entries(PAGES)) {
      const page = await window.open(address)
      expect(await page.locator('.problem').allTextContents(), name).toEqual([])
      expect(await violationsOf(page), name).toEqual([])
      expect(await overflowOf(page), name).toBe(0)
      await page.close()
    }
    expect(window.complaints).toEqual([])
    await window.context.close()
  })

  it('say who voted with which weight and why, and count again', async () => {
    const window = await openWindow(browser!, scene.gateway)
    const page = await window.open(PAGES.consensus)
    const asked = { swarm: 'demo', run: 'backtest-SPX', status: 'all' } as const
    const { data } = await scene.client.call('proposals', asked)
    const detail = page.getByRole('region', { name: 'Proposal', exact: true })
    await page.getByRole('heading', { name: 'Proposals' }).click()
    await page.keyboard.press('j')
    await expect.poll(() => page.url()).toContain(`proposal=${data[1]!.proposal}`)
    await expect.poll(() => detail.textContent()).toContain(data[1]!.question)
    for (const { agent, reason } of data[1]!.votes) {
      await expect.poll(() => detail.textContent()).toContain(agent)
      expect(await detail.textContent()).toContain(reason)
    }
    await detail.getByRole('button', { name: 'Recount' }).click()
    await detail.getByText('the log says the same').waitFor()
    await page.reload()
    await expect.poll(() => detail.textContent()).toContain(data[1]!.question)
    await window.context.close()
  })

  it('show who holds a lock with its fencing token, and its history', async () => {
    const window = await openWindow(browser!, scene.gateway)
    const page = await window.open(PAGES.locks)
    const { data } = await scene.client.call('locks', { swarm: 'demo' })
    const { token } = data[0]!.holders[0]!
    const held = page.getByRole('region', { name: 'Locks in use' })
    await expect.poll(() => held.textContent()).toContain(`first #${token}`)
    const history = page.getByRole('region', { name: 'Fencing history' })
    await history.getByText('granted').waitFor()
    expect(await history.textContent()).toContain(`#${token}`)
    await history.getByRole('button', { name: 'Recount' }).click()
    await history.getByText('the log says the same').waitFor()
    await window.context.close()
  })

  it('give the events behind a figure as a file that computes it again', async () => {
    const window = await openWindow(browser!, scene.gateway)
    const claims = [
      [PAGES.consensus, 'Explain', 'proposal:'],
      [PAGES.locks, 'Explain grant', 'lock:order-book/ACME/'],
      [PAGES.memory, 'Explain the Brier score', 'figure:brier/*'],
    ] as const
    for (const [address, name, claim] of claims) {
      const page = await window.open(address)
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name, exact: name === 'Explain' }).click()
      const pack = JSON.parse(await readFile(await (await download).path(), 'utf8')) as EvidencePack
      expect(pack.claim).toContain(claim)
      expect(recompute(pack)).toMatchObject({ claim: pack.claim })
      await page.close()
    }
    await window.context.close()
  })

  it('show what care of the memory would change before it changes anything', async () => {
    const window = await openWindow(browser!, scene.gateway)
    const page = await window.open(PAGES.memory)
    const care = page.getByRole('region', { name: 'Clean up' })
    await care.getByRole('button', { name: 'Clean up …' }).click()
    await care.getByText('Would change').waitFor()
    const evidence = page.getByRole('region', { name: 'Pattern', exact: true }).getByRole('link')
    await evidence.first().click()
    await expect.poll(() => page.url()).toContain('/trajectory?')
    await window.context.close()
  })

  it('show what changed between two versions of a schema', async () => {
    const id = { name: 'id', type: 'string' }
    const title = { name: 'title', type: ['null', 'string'], default: null }
    for (const fields of [[id], [id, title]]) {
      const schema = JSON.stringify({ type: 'record', name: 'Note', namespace: 'browser', fields })
      const { url, token } = scene.gateway
      const response = await fetch(`${url}/registry/subjects/browser.Note/versions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ schema }),
      })
      expect(response.status).toBe(200)
    }
    const window = await openWindow(browser!, scene.gateway)
    const page = await window.open('/schemas?swarm=demo&subject=browser.Note')
    await page.getByText('1 of 2 fields changed from version 1.').waitFor()
    const added = page.getByRole('row').filter({ hasText: 'title' })
    expect(await added.textContent()).toContain('null | string')
    expect(await added.textContent()).toContain('added')
    await window.context.close()
  })

  it('name a view that is to be rebuilt before it is, and then it has what it had', async () => {
    const window = await openWindow(browser!, scene.gateway)
    const page = await window.open(PAGES.projections)
    await page.getByRole('button', { name: 'hot-view' }).click()
    const before = await scene.client.call('agents', { swarm: 'demo', run: 'backtest-SPX' })
    await page.getByRole('button', { name: 'Rebuild …' }).click()
    await page.getByRole('button', { name: 'Rebuild hot-view' }).click()
    await page.getByText('The rebuild has begun.').waitFor()
    await scene.gateway.bus.caughtUp(60_000)
    const after = await scene.client.call('agents', { swarm: 'demo', run: 'backtest-SPX' })
    expect(after.data).toEqual(before.data)
    await window.context.close()
  })

  it('say why a record was refused, and why it cannot be given again', async () => {
    const window = await openWindow(browser!, scene.gateway)
    const page = await window.open(PAGES.projections)
    const letter = page.getByRole('region', { name: 'Dead letter', exact: true })
    await letter.getByText('FRAME_INVALID').first().waitFor()
    const bytes = letter.getByRole('region', { name: 'Raw bytes' })
    expect(await bytes.textContent()).toContain('nobody can read')
    await letter.getByRole('button', { name: 'Give it again' }).click()
    await letter.getByRole('alert').waitFor()
    await window.context.close()
  })
})
