import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { resolveInfra } from './infra.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Chromium: that of WAGGLE_CHROMIUM, or the system's own. Undefined, or a failure, as `resolveInfra` says. */
export async function resolveBrowser(): Promise<Browser | undefined> {
  return resolveInfra('Chromium', [
    async () => {
      const places = [process.env['WAGGLE_CHROMIUM'] ?? '', ...PLACES]
      const executablePath = places.find((path) => existsSync(path))
      if (executablePath === undefined) return undefined
      return chromium.launch({ executablePath, args: ARGUMENTS })
    },
  ])
}

export interface Look {
  readonly theme: 'light' | 'dark'
  readonly width: number
}

/** How pages are looked at: both themes, on a desk and on a phone. */
export const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap((theme) =>
  [1280, 390].map((width) => ({ theme, width })),
)

export interface Window {
  readonly context: BrowserContext
  /** Console errors and warnings, uncaught errors, failed answers, and what went to another host. */
  readonly complaints: string[]
  /** An address of the gateway in a new page, once nothing is waited for any more. */
  open(address: string): Promise<Page>
}

/** A browser window of its own, as if nobody had been there, which brings the token in the address. */
export async function openWindow(
  browser: Browser,
  { url, token }: { readonly url: string; readonly token: string },
  { theme, width }: Look = { theme: 'light', width: 1280 },
): Promise<Window> {
  const viewport = { width, height: 860 }
  const context = await browser.newContext({ colorScheme: theme, viewport })
  const complaints: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
  })
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== url && /^(https?|wss?):$/.test(protocol))
      complaints.push(`foreign: ${request.url()}`)
  })
  const open = async (address: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(`${url}${address}#token=${token}`)
    await settled(page)
    return page
  }
  return { context, complaints, open }
}

/** Waits until the page waits for nothing. */
export async function settled(page: Page): Promise<void> {
  const busy = 'main .waiting[role=status], main [aria-busy=true]'
  await page.locator('main h1').waitFor()
  await page.locator(busy).first().waitFor({ state: 'detached' })
}

interface AxeNode {
  readonly target: readonly string[]
  readonly any: readonly { readonly message: string }[]
}
interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly AxeNode[] }[]
}

/** Rules of accessibility that the page breaks, each with where. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResult
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${target.join(' ')}: ${any[0]?.message ?? ''}`),
  )
}

/** Pixels that the page is wider than its window. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth') as Promise<number>
}
