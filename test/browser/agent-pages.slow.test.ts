import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  LOOKS,
  openWindow,
  overflowOf,
  resolveBrowser,
  settled,
  violationsOf,
  type Window,
} from '../support/browser.ts'
import { cutLine } from '../support/cut-line.ts'
import {
  DEMO_SCOPE,
  SCENE_MS,
  openDashboardScene,
  type DashboardScene,
} from '../support/dashboard-scene.ts'

const DEMO = { swarm: 'demo', run: 'backtest-SPX' }
const browser = await resolveBrowser()
let scene: DashboardScene
let window: Window

beforeAll(async () => {
  if (browser === undefined) return
  scene = await openDashboardScene('2001-02-28')
  window = await openWindow(browser, scene.gateway)
}, SCENE_MS)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
})

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const newest = async (limit = 5) => {
  const { data } = await scene.client.call('decisions', { ...DEMO, agent: 'market-hunter', limit })
  return data
}
const agentPage = (rest = ''): string => `/agent?${DEMO_SCOPE}&agent=market-hunter${rest}`

describe.skipIf(browser === undefined)('pages of the swarm', () => {
  it.each(LOOKS)('are whole and accessible: $theme, $width px', async (look) => {
    const own = await openWindow(browser!, scene.gateway, look)
    const [decision] = await newest(1)
    const { id } = decision!.event
    const pages = [
      '/',
      `/?${DEMO_SCOPE}`,
      agentPage(),
      agentPage(`&decision=${id}&as_of=${decision!.known_from}`),
      `/trajectory?${DEMO_SCOPE}&agent=market-hunter&kind=decision&event=${id}`,
      `/trajectory?${DEMO_SCOPE}&view=timeline&from=2001-02-01`,
      `/trajectory?${DEMO_SCOPE}&view=raw&a=live&b=backtest-SPX`,
    ]
    for (const address of pages) {
      const page = await own.open(address)
      expect(await page.locator('.problem').allTextContents(), address).toEqual([])
      expect(await violationsOf(page), address).toEqual([])
      expect(await overflowOf(page), address).toBe(0)
      await page.close()
    }
    expect(own.complaints).toEqual([])
    await own.context.close()
  })

  it('ask for a token where there is none, and keep it out of the address', async () => {
    const strange = await openWindow(browser!, { url: scene.gateway.url, token: 'unknown' })
    const page = await strange.context.newPage()
    await page.goto(scene.gateway.url)
    await page.getByText('A token is needed').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('This token is not known here').waitFor()
    await page.getByRole('textbox', { name: 'Token' }).fill(scene.gateway.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Live' }).waitFor()
    await page.close()
    const opened = await window.open('/')
    expect(opened.url()).not.toContain('token')
    await opened.close()
    await strange.context.close()
  })
})

describe.skipIf(browser === undefined)('the agent page', () => {
  it('shows what an agent had before it as of a decision, and the inputs of it', async () => {
    const [decision] = await newest(1)
    const asked = { ...DEMO, as_of: String(decision!.known_from) }
    const { data: sight } = await scene.client.call('agentContext', {
      ...asked,
      agent: 'market-hunter',
    })
    const { data: causes } = await scene.client.call('causation', {
      ...asked,
      id: decision!.event.id,
    })
    const page = await window.open(agentPage())
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.url()).toContain(decision!.event.id)
    await settled(page)
    const seen = (await region(page, 'What it has before it').textContent())!.replace(/\s/g, '')
    for (const { block, tokens } of sight.window) expect(seen).toContain(`${block}${tokens}tokens`)
    const inputs = await region(page, 'Inputs it had').textContent()
    expect(causes.inputs.length).toBeGreaterThan(0)
    for (const { event } of causes.inputs) {
      expect(inputs).toContain(event.kind)
      expect(inputs).toContain(event.id.slice(-8))
    }
    expect(inputs).toMatch(/confidence 0\.\d+/)
    // A lesson that it recalled, with how well it fitted.
    expect(inputs).toMatch(/experience.*fit 0\.\d+/)
    await page.close()
  })

  it('shows what it remembered at the time of the slider, and nothing learned later', async () => {
    const decisions = await newest(1000)
    const [half] = decisions.slice(Math.floor(decisions.length / 2))
    const at = half!.known_from
    const asked = { ...DEMO, agent: 'market-hunter', as_of: String(at) }
    const { data: sight } = await scene.client.call('agentContext', asked)
    const now = await scene.client.call('agentContext', { ...DEMO, agent: 'market-hunter' })
    const [first] = sight.memories
    expect(first!.text).toMatch(/^SPX, .+ Next time: /)
    expect(sight.memories.every(({ known_from }) => known_from <= at)).toBe(true)
    expect(now.data.memories.some(({ known_from }) => known_from > at)).toBe(true)
    const page = await window.open(agentPage(`&as_of=${at}`))
    const shown = region(page, 'Memories it recalls')
    await expect.poll(() => shown.textContent()).toContain(first!.text)
    for (const { text, known_from } of now.data.memories)
      if (known_from > at) expect(await shown.textContent()).not.toContain(text)
    await page.close()
  })

  it('steps through decisions by the keyboard, and the address holds where it is', async () => {
    const [last, before] = await newest(2)
    const page = await window.open(agentPage())
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.url()).toContain(last!.event.id)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.url()).toContain(before!.event.id)
    await settled(page)
    const shown = await region(page, 'The decision').textContent()
    expect(shown).toContain(String(before!.event['reasoning']))
    await page.reload()
    await settled(page)
    await expect.poll(() => region(page, 'The decision').textContent()).toBe(shown)
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.url()).toContain(last!.event.id)
    await page.close()
  })

  it('cuts everything at the slider, decisions and prices too', async () => {
    const page = await window.open(agentPage())
    const slider = page.getByRole('slider', { name: 'As of' })
    await slider.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.url()).toContain('as_of=2000-01-0')
    await settled(page)
    await page.getByText('No prices were known by then').waitFor()
    const decisions = await newest(1000)
    const [half] = decisions.slice(Math.floor(decisions.length / 2))
    await page.getByLabel('As of').first().fill(String(half!.known_from))
    await page.keyboard.press('Enter')
    const known = decisions.filter((one) => one.known_from <= half!.known_from).length
    await page.getByRole('img', { name: `Prices of SPX, with ${known} decisions` }).waitFor()
    expect(await region(page, 'Decisions of market-hunter').textContent()).not.toContain('2001-')
    await page.getByRole('button', { name: 'Now', exact: true }).click()
    await expect.poll(() => page.url()).not.toContain('as_of')
    await page.close()
  })
})

describe.skipIf(browser === undefined)('the trajectory page', () => {
  const read = `/trajectory?${DEMO_SCOPE}&agent=market-hunter&kind=decision`

  it('shows the same events as tree, along time and raw, and holds the choice', async () => {
    const page = await window.open(read)
    const count = region(page, 'Events').getByText(/ read$/)
    const whole = await count.textContent()
    await page.getByRole('heading', { name: 'Trajectory' }).click()
    await page.keyboard.press('j')
    await expect.poll(() => page.url()).toContain('event=')
    const chosen = new URL(page.url()).searchParams.get('event')!
    await page.keyboard.press('2')
    await expect.poll(() => page.url()).toContain('view=timeline')
    await settled(page)
    const dot = page.locator(`[data-event="${chosen}"]`)
    expect(await dot.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('3')
    await expect.poll(() => region(page, 'Events').textContent()).toContain(chosen)
    expect(await count.textContent()).toBe(whole)
    await page.close()
  })

  it('jumps from an event to its inputs and back to what it led to', async () => {
    const [decision] = await newest(1)
    const page = await window.open(`${read}&event=${decision!.event.id}`)
    const panel = region(page, 'Causes and effects')
    await panel.getByRole('region', { name: 'Rested on' }).getByRole('button').first().click()
    await panel.getByRole('heading', { name: /^observation/ }).waitFor()
    const effects = panel.getByRole('region', { name: 'Led to' })
    await effects.getByRole('button', { name: /^decision/ }).click()
    await panel.getByRole('heading', { name: /^decision/ }).waitFor()
    expect(page.url()).toContain(decision!.event.id)
    await page.close()
  })

  it('compares two runs', async () => {
    const page = await window.open(`/trajectory?${DEMO_SCOPE}&a=live&b=backtest-SPX`)
    const { data } = await scene.client.call('diff', {
      swarm: 'demo',
      a: 'live',
      b: 'backtest-SPX',
    })
    const text = await region(page, 'Two runs compared').textContent()
    expect(text).toContain(`they part at ${data.first!.step}`)
    expect(text!.replace(/\s/g, '')).toContain(`${data.counts.only_b}onlyin`)
    await page.close()
  })
})

describe.skipIf(browser === undefined)('the live page', () => {
  const decide = async (reasoning: string): Promise<void> => {
    const body = { kind: 'decision', agent: 'ada', action: 'WAIT', confidence: 0.5, reasoning }
    await scene.client.call('emit', { swarm: 'demo', body: { ...body, context: '{}' } })
  }

  it('shows decisions as they come, and after a lost connection those in between', async () => {
    const joining = { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'hunter', weight: 1 }
    await scene.client.call('emit', { swarm: 'demo', body: joining })
    const line = await cutLine(scene.gateway.url)
    const own = await openWindow(browser!, { url: line.url, token: scene.gateway.token })
    const page = await own.open('/?swarm=demo&run=live')
    await page.getByText('connected', { exact: true }).waitFor()
    await decide('first of all')
    const table = region(page, 'Latest decisions')
    await expect.poll(() => table.textContent()).toContain('first of all')
    await page.getByRole('img', { name: /^Events a second/ }).waitFor()
    line.cut()
    await page.getByText(/^connection lost/).waitFor()
    await decide('while nobody looked')
    line.mend()
    await page.getByText('connected', { exact: true }).waitFor()
    await expect
      .poll(() => table.textContent(), { timeout: 30_000 })
      .toContain('while nobody looked')
    const times = (await table.textContent())!.split('first of all').length - 1
    expect(times).toBe(1)
    await own.context.close()
    await line.stop()
  })
})

describe.skipIf(browser === undefined)('the frame of every page', () => {
  it('keeps swarm, run and time from page to page, and is steered by the keyboard', async () => {
    const page = await window.open(agentPage('&as_of=2000-12-01'))
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByRole('heading', { name: 'Trajectory' }).waitFor()
    expect(new URL(page.url()).search).toBe(`?${DEMO_SCOPE}&as_of=2000-12-01`)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Close' }).click()
    await page.keyboard.press('Shift+D')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    await page.reload()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    await page.close()
  })
})
