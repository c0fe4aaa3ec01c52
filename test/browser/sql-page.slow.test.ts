import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SQL_EXAMPLES } from '../../services/dashboard/src/pages/sql/examples.ts'
import { openWindow, resolveBrowser, settled, type Window } from '../support/browser.ts'
import { SCENE_MS, openDashboardScene, type DashboardScene } from '../support/dashboard-scene.ts'

const browser = await resolveBrowser()
let scene: DashboardScene
let window: Window

beforeAll(async () => {
  if (browser === undefined) return
  scene = await openDashboardScene()
  window = await openWindow(browser, scene.gateway)
}, SCENE_MS)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
})

describe.skipIf(browser === undefined)('the SQL page', () => {
  it('runs what is typed by Ctrl+Enter, keeps it in the address and gives it as CSV', async () => {
    const page = await window.open('/sql?swarm=demo')
    await page.getByLabel('SQL').fill("SELECT 7 AS seven, '=1' AS formula")
    await page.keyboard.press('Control+Enter')
    const result = page.getByRole('region', { name: 'Result', exact: true })
    await result.getByText('1 rows in').waitFor()
    await page.reload()
    await result.getByText('1 rows in').waitFor()
    const download = page.waitForEvent('download')
    await result.getByRole('button', { name: 'CSV' }).click()
    const path = await (await download).path()
    expect(await readFile(path, 'utf8')).toBe("seven,formula\r\n7,'=1\r\n")
    await page.close()
  })

  it.each(SQL_EXAMPLES)('has an example that runs: $name', async ({ name }) => {
    const page = await window.open('/sql?swarm=demo')
    await page.getByRole('button', { name }).click()
    await page
      .getByRole('region', { name: 'Result', exact: true })
      .getByText(/\d+ rows in/)
      .waitFor({ timeout: 20_000 })
    await page.close()
  })

  it('keeps queries by name', async () => {
    const page = await window.open('/sql?swarm=demo')
    await page.getByLabel('SQL').fill('SELECT 42 AS answer')
    await page.getByLabel('Name of the query').fill('the answer')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.reload()
    await settled(page)
    await page.getByRole('button', { name: 'the answer', exact: true }).click()
    await page.getByText('answer', { exact: true }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    const exported = await readFile(await (await download).path(), 'utf8')
    expect(JSON.parse(exported)).toEqual([{ name: 'the answer', query: 'SELECT 42 AS answer' }])
    await page.close()
  })

  it('says what the engine refuses, with its code', async () => {
    const page = await window.open('/sql?swarm=demo')
    await page.getByLabel('SQL').fill('SELECT nothing FROM nowhere')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('alert').getByText('QUERY_FAILED').waitFor()
    await page.getByLabel('SQL').fill('DROP TABLE decisions')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('alert').getByText('QUERY_REFUSED').waitFor()
    await page.close()
  })
})
