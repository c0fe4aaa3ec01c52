import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { backtest, reportHtml, type AgentFunction, type BacktestReport } from '@waggle/backtest'
import { hasTool } from '@waggle-infra/native/find-tool'
import { resolveInfra } from '../support/infra.ts'
import { DAY, FIRST_DAY, recordedBars, sourceOf, walk } from '../support/recorded-bars.ts'

const browser = await resolveInfra('Chromium', [
  async () => {
    if (!(await hasTool('chromium', ['--version']))) return undefined
    return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  },
])
const folder = mkdtempSync(join(tmpdir(), 'waggle-page-'))
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await browser?.close()
})

const decide = { kind: 'decision', context: '', reasoning: '', confidence: 0.6 } as const

/** Says a forecast a day and holds it to that on the next, trades at times, and hides a look ahead. */
function forecaster(): AgentFunction {
  let last: string | undefined
  return (_observation, context) => {
    if (last !== undefined)
      context.say({
        kind: 'outcome',
        decision: last,
        value: 0,
        success: context.random.next() < 0.6,
      })
    const confidence = 0.3 + context.random.next() * 0.6
    last = context.say({ ...decide, action: 'UP', confidence, horizon_at: context.now + DAY })
    const quantity = context.quantityFor('S&P <500>', Math.round(context.random.next()))
    context.say({ ...decide, action: 'HOLD', instrument: 'S&P <500>', quantity })
    if (context.now === FIRST_DAY + 5 * DAY)
      try {
        context.barAt('S&P <500>', Infinity)
      } catch {}
  }
}

async function report(days: number): Promise<BacktestReport> {
  const bars = walk(days).map((bar) => ({ ...bar, instrument: 'S&P <500>' }))
  const bus = await recordedBars(bars)
  const span = { from: FIRST_DAY, to: FIRST_DAY + days * DAY }
  const modelCutoff = FIRST_DAY + 100 * DAY
  const options = { source: sourceOf(bus), target: bus, agent: forecaster(), modelCutoff }
  return backtest({ ...options, ...span, name: '<script>alert(1)</script>' })
}

/** Opens the page and notes everything that went wrong or left the machine. */
async function opened(
  html: string,
  colorScheme: 'light' | 'dark',
  use: (page: Page) => Promise<void>,
): Promise<string[]> {
  const file = join(folder, 'report.html')
  writeFileSync(file, html)
  const page = await browser!.newPage({ colorScheme, viewport: { width: 1100, height: 900 } })
  const wrong: string[] = []
  page.on('console', (message) => wrong.push(message.text()))
  page.on('pageerror', (error) => wrong.push(String(error)))
  page.on('dialog', (dialog) => wrong.push(dialog.message()))
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) wrong.push(request.url())
  })
  await page.goto(pathToFileURL(file).href)
  await use(page)
  await page.close()
  return wrong
}

describe.skipIf(browser === undefined)('the page of a report, in a browser', () => {
  it.each(['light', 'dark'] as const)(
    'shows it in %s, with nothing from elsewhere',
    async (scheme) => {
      const tested = await report(600)
      const wrong = await opened(reportHtml(tested), scheme, async (page) => {
        expect(await page.title()).toBe(
          'Backtest: <script>alert(1)</script>, 2010-01-01 to 2011-08-24',
        )
        expect(await page.locator('svg[role=img]').count()).toBe(3)
        const back = await page.evaluate('getComputedStyle(document.body).backgroundColor')
        expect(back).toBe(scheme === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)')
        const warnings = await page.locator('.warning').allTextContents()
        expect(warnings).toHaveLength(3)
        expect(warnings[0]).toContain('LOOK AHEAD NOT_KNOWN at 2010-01-06')
        expect(warnings[1]).toContain('200 of 1200 decisions are contaminated')
        expect(warnings[2]).toContain('still waiting for a price')
        expect(await page.locator('th', { hasText: 'S&P <500>' }).count()).toBe(1)
        const dots = await page.locator('.dot').count()
        expect(dots).toBe(tested.forecasts.calibration.length)
        // Every chart has its line within its frame, and nothing is wider than the page.
        for (const id of ['equity', 'drawdown']) {
          const box = (await page.locator(`#${id} .line, #${id} .area`).boundingBox())!
          expect(box.width).toBeGreaterThan(600)
          expect(box.height).toBeGreaterThan(20)
        }
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      })
      expect(wrong).toEqual([])
    },
  )

  it('tells the day and the equity under the pointer', async () => {
    const tested = await report(120)
    const wrong = await opened(reportHtml(tested), 'light', async (page) => {
      const chart = page.locator('#equity')
      const box = (await chart.boundingBox())!
      await page.mouse.move(box.x + box.width - 1, box.y + 50)
      expect(await page.locator('#read').textContent()).toMatch(/^2010-04-30: [\d,.]+$/)
      await page.mouse.move(box.x + box.width / 2, box.y - 30)
      expect(await page.locator('#read').textContent()).toBe('')
    })
    expect(wrong).toEqual([])
  })

  it('stands on a narrow screen, and with a single day in it', async () => {
    const wrong = await opened(reportHtml(await report(1)), 'dark', async (page) => {
      await page.setViewportSize({ width: 360, height: 700 })
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      expect(await page.locator('#calibration').count()).toBe(0)
    })
    expect(wrong).toEqual([])
  })
})
