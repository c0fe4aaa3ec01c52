import { dirname, normalize } from 'node:path'
import { isTest, type SourceFile } from './tree.ts'

/** A check gives one line for each violation: what is wrong where. */
export type Check = (file: SourceFile) => string[]

/** Packages in the order in which they may depend on each other; equal numbers not at all. */
export const LAYERS: Readonly<Record<string, number>> = {
  api: 0,
  base: 0,
  client: 1,
  event: 1,
  mcp: 2,
  react: 2,
  codec: 2,
  recall: 2,
  vault: 2,
  log: 3,
  registry: 4,
  telemetry: 4,
  emit: 4,
  consume: 4,
  'view-hot': 5,
  'view-analytics': 5,
  'view-coordination': 5,
  replay: 6,
  'clickhouse-http': 6,
  query: 7,
  memory: 7,
  'reasoning-bank': 7,
  archive: 7,
  certify: 7,
  service: 8,
  coordinate: 8,
  explain: 8,
  agent: 9,
  ingest: 9,
  'agent-adapters': 10,
  backtest: 10,
  fork: 10,
  archiver: 10,
  'schema-registry': 10,
  'hot-view': 10,
  analytics: 10,
  coordinator: 10,
  'memory-view': 10,
  embedded: 11,
  cluster: 11,
  dashboard: 11,
  demo: 12,
  gateway: 12,
  cli: 13,
}

const lines = (file: SourceFile): string[] => file.text.split('\n')
const importsOf = ({ text }: SourceFile): string[] =>
  [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, path]) => path!)
const packageOf = (path: string): string | undefined =>
  /^(?:packages|services)\/([^/]+)\//.exec(path)?.[1]

export const fileLength: Check = (file) => {
  const max = isTest(file.path) ? 400 : 350
  const count = lines(file).length
  return count > max ? [`${file.path} has ${count} lines of at most ${max}`] : []
}

export const functionLength: Check = (file) => {
  const found: string[] = []
  let start = -1
  lines(file).forEach((line, index) => {
    if (/^(export )?(async )?function/.test(line)) start = index
    if (line === '}' && start >= 0) {
      if (index - start + 1 > 70 && !isTest(file.path))
        found.push(`${file.path}:${start + 1} has ${index - start + 1} lines of at most 70`)
      start = -1
    }
  })
  return found
}

export const layering: Check = (file) => {
  const own = packageOf(file.path)
  if (own === undefined || isTest(file.path)) return []
  return importsOf(file).flatMap((path) => {
    const wanted = /^@waggle(?:-services)?\/([^/]+)/.exec(path)?.[1]
    if (wanted === undefined || LAYERS[wanted]! < LAYERS[own]!) return []
    return [`${file.path} imports ${path}, which does not come before ${own}`]
  })
}

export const frontDoors: Check = (file) => {
  const inside = packageOf(file.path)
  if (inside === undefined) return []
  const wildcard = /export (type )?\* from/.test(file.text)
    ? [`${file.path} exports a wildcard`]
    : []
  const barrel =
    file.path.endsWith('/index.ts') && !file.path.endsWith('/src/index.ts')
      ? [`${file.path} is a barrel inside a package`]
      : []
  const back = importsOf(file).filter((path) => path.startsWith('.') && path.endsWith('/index.ts'))
  return [...wildcard, ...barrel, ...back.map((path) => `${file.path} imports ${path}`)]
}

const BANNED: readonly [pattern: RegExp, instead: string, allowed: RegExp][] = [
  [/\bDate\.now\(/, 'an injected Clock', /base\/src\/clock\.ts$/],
  [/\bMath\.random\b/, 'an injected Random', /base\/src\/random\.ts$/],
  [
    /\bsetTimeout\(/,
    'Clock.sleep',
    /(base\/src\/clock|client\/src\/pause|consume\/src\/progress|native-process)\.ts$/,
  ],
  [
    /\bprocess\.env\b/,
    'a config record',
    /(^vitest\.config|dashboard\/vite\.config|services\/[^/]+\/src\/main|examples\/[^/]+\/agent|infra\/native\/src\/[a-z-]+)\.ts$/,
  ],
  [/\bT[O]DO\b|\bFIX[M]E\b/, 'an issue', /^$/],
  [/:\s*any\b|\bas any\b|<any>/, 'a type', /^$/],
  [/\.only\(/, 'nothing', /^$/],
]

export const bannedWords: Check = (file) => {
  const rules = isTest(file.path) ? BANNED.slice(4) : BANNED
  return lines(file).flatMap((line, index) =>
    rules
      .filter(
        ([pattern, , allowed]) =>
          pattern.test(line) && !allowed.test(file.path) && !file.path.endsWith('tidy/rules.ts'),
      )
      .map(
        ([pattern, instead]) => `${file.path}:${index + 1} uses ${pattern.source}; use ${instead}`,
      ),
  )
}

export const noMachinePaths: Check = (file) => {
  const pattern = new RegExp(['/wo' + 'rk/', '/ro' + 'ot/', 'registry\\.npm' + 'js'].join('|'))
  return lines(file).flatMap((line, index) =>
    pattern.test(line) ? [`${file.path}:${index + 1} names a machine path or a registry host`] : [],
  )
}

export function depth({ path }: SourceFile): string[] {
  return path.split('/').length > 6 ? [`${path} lies deeper than 5 folders`] : []
}

/** Cycles of value imports between files, each once, as a chain of paths. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      [...file.text.matchAll(/^(?:import|export) (?!type)[^;']*?from '(\.[^']+)'/gm)].map(
        ([, to]) => normalize(`${dirname(file.path)}/${to}`),
      ),
    ]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, chain: readonly string[]): void => {
    const at = chain.indexOf(path)
    if (at >= 0) return void found.push([...chain.slice(at), path].join(' -> '))
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...chain, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}
