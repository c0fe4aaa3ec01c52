/** A chunk in the manifest that a build of Vite leaves, by the path of its source. */
interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
  readonly isEntry?: boolean
}
type Manifest = Readonly<Record<string, Chunk>>

const HOME = 'live'

/**
 * For each page of the dashboard a Link header that names what the page's own code needs beside the entry. A browser
 * then fetches it with the entry, and not once that has run. Empty where the build left no manifest.
 */
export function pagePreloads(manifestText: string | undefined): ReadonlyMap<string, string> {
  if (manifestText === undefined) return new Map()
  const manifest = JSON.parse(manifestText) as Manifest
  const entry = Object.keys(manifest).find((name) => manifest[name]!.isEntry === true)
  const first = entry === undefined ? new Set<string>() : filesOf(manifest, entry)
  return new Map(
    Object.keys(manifest).flatMap((name): [string, string][] => {
      const [, page] = /^src\/pages\/([a-z-]+)-page\.tsx$/.exec(name) ?? []
      if (page === undefined) return []
      const own = [...filesOf(manifest, name)].filter((file) => !first.has(file))
      return [[page === HOME ? '/' : `/${page}`, own.map(linkOf).join(', ')]]
    }),
  )
}

/** A chunk, what it imports, and their style sheets. */
function filesOf(manifest: Manifest, name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name]
  if (chunk === undefined || seen.has(chunk.file)) return seen
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file)
  for (const other of chunk.imports ?? []) filesOf(manifest, other, seen)
  return seen
}

/** Asked for as a module's import and a style sheet of the build are, else it would be fetched twice. */
function linkOf(file: string): string {
  const how = file.endsWith('.css') ? 'rel=preload; as=style' : 'rel=modulepreload'
  return `</${file}>; ${how}; crossorigin`
}
