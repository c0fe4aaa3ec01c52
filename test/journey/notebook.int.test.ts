import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent } from '@waggle/agent'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolvePython } from '../support/python.ts'

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[]
}

const NOTEBOOK = new URL('../../examples/notebook/analyst.ipynb', import.meta.url)
const PASSWORD = 'for-the-notebook'
const python = await resolvePython()

describe.skipIf(python === undefined)('the notebook of analysts', () => {
  let folder: string
  let bus: EmbeddedBus
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-notebook-'))
    const users = [{ name: 'analyst', password: PASSWORD }]
    bus = await openEmbeddedBus(
      { dataDir: join(folder, 'data'), analyticsHttp: { users } },
      { clock: systemClock(), logger: silentLogger },
    )
    const ada = createAgent({ bus, swarm: 'desk', name: 'ada', kind: 'market-hunter' })
    await ada.join()
    for (const success of [true, false, true, true]) {
      const why = { context: {}, reasoning: 'why not', confidence: 0.7 }
      const decision = await ada.decide({ action: 'LONG', ...why })
      await ada.outcome(decision, { value: success ? 0.01 : -0.01, success })
    }
    await bus.caughtUp(60_000)
  })
  afterAll(async () => {
    await bus.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('runs, cell by cell, over an embedded store', async () => {
    const { cells } = JSON.parse(readFileSync(NOTEBOOK, 'utf8')) as Notebook
    const code = cells.filter(({ cell_type }) => cell_type === 'code')
    const script = join(folder, 'notebook.py')
    writeFileSync(script, code.map(({ source }) => source.join('')).join('\n\n'))
    const lines = await python!.run(script, [], {
      environment: {
        WAGGLE_SQL_URL: bus.analyticsUrl!,
        WAGGLE_SQL_USER: 'analyst',
        WAGGLE_SQL_PASSWORD: PASSWORD,
        WAGGLE_SQL_DATABASE: 'default',
      },
    })
    const said = lines.join('\n')
    expect(said).toMatch(/ada/)
    expect(said).toMatch(/[1-3] decisions were known at .*, 4 are known now/)
  })
})
