import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = new URL('../..', import.meta.url).pathname
/** Beside the tests, so that a snippet's imports resolve as an agent author's would. */
const SNIPPETS = join(ROOT, 'test/.snippets')
const run = promisify(execFile)

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'schemas/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Fenced blocks that are whole programs: their fence says `ts run`. */
const programs = documents.flatMap((path) =>
  [...textOf(path).matchAll(/^```ts run\n([\s\S]*?)^```$/gm)].map(
    ([, program], index) => [path, index + 1, program!] as const,
  ),
)

afterAll(() => rmSync(SNIPPETS, { recursive: true, force: true }))

describe('programs of the documents run as they stand', () => {
  test.each(programs)('%s, program %i', async (path, index, program) => {
    const folder = join(SNIPPETS, `${path.replaceAll(/\W/g, '-')}-${index}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'program.ts'), program)
    const { stdout } = await run(process.execPath, ['program.ts'], { cwd: folder })
    expect(stdout).not.toBe('')
  })
})

describe('links of the documents lead somewhere', () => {
  test.each(documents)('%s', (path) => {
    const links = [...textOf(path).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)]
    const broken = links.map(([, link]) => link!).filter((link) => !leadsSomewhere(path, link))
    expect(broken).toEqual([])
  })
})

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', heading] = link.split('#')
  const target = file === '' ? from : join(dirname(from), file)
  if (!existsSync(join(ROOT, target))) return false
  return heading === undefined || headingsOf(target).includes(heading)
}

/** As the forges make them: small letters, spaces to hyphens, everything else gone. */
function headingsOf(path: string): string[] {
  return [...textOf(path).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
