import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindow, resolveBrowser, settled, type Window } from '../support/browser.ts'
import {
  DEMO_SCOPE,
  SCENE_MS,
  openDashboardScene,
  type DashboardScene,
} from '../support/dashboard-scene.ts'

const browser = await resolveBrowser()
let scene: DashboardScene
let window: Window

beforeAll(async () => {
  if (browser === undefined) return
  scene = await openDashboardScene('2000-10-31')
  window = await openWindow(browser, scene.gateway)
}, SCENE_MS)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
})

const filtered = (source: string): string =>
  `/log?${DEMO_SCOPE}&filter=${encodeURIComponent(source)}`

const statusOf = (page: Page): Promise<string | null> =>
  page.getByRole('region', { name: 'Records', exact: true }).getByRole('status').textContent()

async function positionsOf(page: Page): Promise<string[]> {
  return page
    .getByRole('region', { name: 'List of records' })
    .locator('.row-link')
    .allTextContents()
}

describe.skipIf(browser === undefined)('the log browser', () => {
  it('finds what a JavaScript expression says, through the keyboard', async () => {
    const page = await window.open(`/log?${DEMO_SCOPE}`)
    await page.keyboard.press('/')
    await page.keyboard.type("event.kind === 'decision' && event.confidence > 0.5")
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toContain('filter=')
    await expect.poll(() => statusOf(page)).toMatch(/^[1-9]\d* of \d+ records match/)
    const first = page.getByRole('region', { name: 'Record', exact: true })
    const before = await first.textContent()
    expect(before).toContain('"decision"')
    await page.getByRole('heading', { name: 'Log' }).click()
    await page.keyboard.press('j')
    await expect.poll(() => first.textContent()).not.toBe(before)
    await page.keyboard.press('k')
    await expect.poll(() => first.textContent()).toBe(before)
    await first.getByRole('link', { name: 'Causes and effects' }).click()
    await expect.poll(() => page.url()).toContain('/trajectory?')
    await page.close()
  })

  it('goes page by page both ways, and comes back to the same records', async () => {
    const page = await window.open(`/log?${DEMO_SCOPE}`)
    const newest = await positionsOf(page)
    await page.getByRole('button', { name: '↓ Older' }).click()
    await expect.poll(() => positionsOf(page)).not.toEqual(newest)
    await settled(page)
    await page.getByRole('button', { name: '↑ Newer' }).click()
    await expect.poll(() => positionsOf(page)).toEqual(newest)
    await page.getByRole('button', { name: 'First' }).click()
    await expect.poll(() => positionsOf(page)).not.toEqual(newest)
    expect(await page.getByRole('button', { name: '↓ Older' }).isDisabled()).toBe(true)
    await page.close()
  })

  it('says why a record could not be read, with its bytes', async () => {
    const page = await window.open(`/log?${DEMO_SCOPE}&runs=all`)
    const record = page.getByRole('region', { name: 'Record', exact: true })
    await record.getByText('FRAME_INVALID').waitFor()
    const bytes = record.getByRole('region', { name: 'Raw bytes' })
    expect(await bytes.textContent()).toContain('nobody can read')
    await page.close()
  })

  it('ends a filter that does not end', async () => {
    const page = await window.open(filtered('(() => { for (;;); })()'))
    await page.getByText('took longer than 2 s').waitFor()
    await page.close()
  })

  it('says what is wrong with a filter, and on how many records it failed', async () => {
    const wrong = await window.open(filtered('event.kind =='))
    await wrong.getByText('SyntaxError').waitFor()
    await wrong.close()
    const failing = await window.open(filtered('event.nothing.there'))
    await expect.poll(() => statusOf(failing)).toContain('The filter failed on')
    await failing.close()
  })

  it('gives a filter no way out of the browser', async () => {
    const asked: string[] = []
    const thief = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.setHeader('access-control-allow-origin', '*').end('export default 1')
    })
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`
    const ways = [
      `fetch('${url}/fetch')`,
      `new WebSocket('${url.replace('http', 'ws')}/socket')`,
      `new XMLHttpRequest().open('GET', '${url}/xhr')`,
      `importScripts('${url}/scripts')`,
      `import('${url}/import')`,
      `(() => {}).constructor("return imp" + "ort('${url}/made')")()`,
      `navigator.sendBeacon('${url}/beacon')`,
      `indexedDB.open('x')`,
    ]
    for (const way of ways) {
      const page = await window.open(filtered(way))
      const told = page.getByText(/The filter failed on|may not import/)
      await told.waitFor()
      await page.close()
    }
    expect(asked).toEqual([])
    thief.close()
  })
})
