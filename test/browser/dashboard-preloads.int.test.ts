import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { builtDashboard } from '@waggle-services/cli'
import { openEmbeddedGateway, type EmbeddedGateway } from '@waggle-services/gateway'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWindow, resolveBrowser } from '../support/browser.ts'

const TIMEOUT_MS = 60_000
const browser = await resolveBrowser()
const folder = mkdtempSync(join(tmpdir(), 'waggle-preloads-'))
let gateway: EmbeddedGateway | undefined

beforeAll(async () => {
  if (browser === undefined) return
  gateway = await openEmbeddedGateway({
    dataDir: folder,
    port: 0,
    analytics: 'off',
    dashboard: await builtDashboard((line) => process.stderr.write(line)),
    version: 'test',
    clock: systemClock(),
    logger: silentLogger,
  })
  await gateway.start()
}, TIMEOUT_MS)
afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

it.skipIf(browser === undefined)(
  'a page’s own code comes with the entry, once, and all of it is used',
  async () => {
    const { context, complaints } = await openWindow(browser!, gateway!)
    for (const path of ['/', '/agent', '/sql']) {
      const asked: string[] = []
      const page = await context.newPage()
      page.on('request', (request) => asked.push(new URL(request.url()).pathname))
      await page.goto(`${gateway!.url}${path}#token=${gateway!.token}`)
      await page.locator('main h1').waitFor()
      const { headers } = await fetch(`${gateway!.url}${path}`, {
        headers: { accept: 'text/html' },
      })
      const linked = [...headers.get('link')!.matchAll(/<([^>]+)>/g)].map(([, file]) => file!)
      expect(linked.length).toBeGreaterThan(0)
      const times = linked.map((file) => asked.filter((one) => one === file).length)
      expect(times, linked.join()).toEqual(linked.map(() => 1))
      // Nobody had to run before they were asked for: the browser knew them from the first answer.
      const entry = (await page.locator('head script[type=module]').getAttribute('src'))!
      const [ran, ...started] = await page.evaluate(
        ([first, ...others]) => [
          performance.getEntriesByName(first!).map((at) => at.startTime + at.duration)[0]!,
          ...others.map((name) => performance.getEntriesByName(name)[0]!.startTime),
        ],
        [entry, ...linked].map((file) => `${gateway!.url}${file}`),
      )
      for (const at of started) expect(at).toBeLessThan(ran!)
      await page.close()
    }
    await context.close()
    expect(complaints).toEqual([])
  },
  TIMEOUT_MS,
)
