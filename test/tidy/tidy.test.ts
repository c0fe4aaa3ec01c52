import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  bannedWords,
  depth,
  fileLength,
  frontDoors,
  functionLength,
  importCycles,
  layering,
  noMachinePaths,
  type Check,
} from './rules.ts'
import { committedFiles, isGenerated, readSource, ROOT, sizeOf } from './tree.ts'

const paths = committedFiles()
const sources = paths.filter((path) => /\.tsx?$/.test(path) && !isGenerated(path)).map(readSource)
const texts = paths
  .filter((path) => /\.(tsx?|mjs|js|css|html|json|md|yaml|yml|sql|avsc)$|run$/.test(path))
  .map(readSource)

/** Each check with a file that must fail it: a check that cannot fail is a defect. */
const CHECKS: [name: string, check: Check, planted: { path: string; text: string }][] = [
  ['files are short', fileLength, { path: 'packages/base/src/x.ts', text: '\n'.repeat(351) }],
  [
    'functions are short',
    functionLength,
    { path: 'packages/base/src/x.ts', text: `function f() {${'\n  g()'.repeat(80)}\n}` },
  ],
  [
    'packages import only from those before them',
    layering,
    { path: 'packages/log/src/x.ts', text: `import { a } from '@waggle/emit'` },
  ],
  [
    'a package has one front door',
    frontDoors,
    { path: 'packages/log/src/x.ts', text: `export * from './index.ts'` },
  ],
  [
    'clocks, chance and environment are injected',
    bannedWords,
    { path: 'packages/log/src/x.ts', text: 'Date.now()' },
  ],
  ['no leftovers', bannedWords, { path: 'test/x.ts', text: `it${'.only'}('x')` }],
  ['folders are shallow', depth, { path: 'a/b/c/d/e/f/g.ts', text: '' }],
]

describe('the tree', () => {
  it.each(CHECKS)('%s', (_name, check, planted) => {
    expect(sources.flatMap(check)).toEqual([])
    expect(check(planted)).not.toEqual([])
  })

  it('has no import cycles', () => {
    expect(importCycles(sources)).toEqual([])
    const cycle = [
      { path: 'a/x.ts', text: `import { y } from './y.ts'` },
      { path: 'a/y.ts', text: `import { x } from './x.ts'` },
    ]
    expect(importCycles(cycle)).toEqual(['a/x.ts -> a/y.ts -> a/x.ts'])
  })

  it('names no machine path and no registry host', () => {
    expect(texts.flatMap(noMachinePaths)).toEqual([])
    expect(noMachinePaths({ path: 'x', text: ['/wo', 'rk/y'].join('') })).toHaveLength(1)
  })

  it('pins exact versions and lists every install script', () => {
    const manifests = paths.filter((path) => path.endsWith('package.json'))
    const loose = manifests.flatMap((path) => {
      const {
        dependencies = {},
        devDependencies = {},
        optionalDependencies = {},
      } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<
        string,
        Record<string, string>
      >
      return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+$|^workspace:\*$/.test(version))
        .map(([name, version]) => `${path}: ${name} ${version}`)
    })
    expect(loose).toEqual([])
    expect(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8').match(/: true/g)).toHaveLength(1)
  })

  it('has no large files', () => {
    expect(paths.filter((path) => sizeOf(path) > 1_048_576)).toEqual([])
  })
})
