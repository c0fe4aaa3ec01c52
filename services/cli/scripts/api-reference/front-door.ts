import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { declarationOf, type Declaration } from './declaration.ts'

/** A name that a package exports. */
export interface PublicName extends Declaration {
  readonly name: string
  /** Path of the file that declares it, from the root of the repository. */
  readonly file: string
}

/** What one entry of a package's `exports` gives. */
export interface FrontDoor {
  /** As it is imported. */
  readonly specifier: string
  readonly names: readonly PublicName[]
}

interface Manifest {
  readonly name: string
  readonly description: string
  readonly exports: Readonly<Record<string, string>>
}

/** Front doors of a package: `.` first, then its others. */
export function frontDoorsOf(root: string, folder: string): [about: string, doors: FrontDoor[]] {
  const { name, description, exports } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  ) as Manifest
  const doors = Object.entries(exports).map(([entry, path]) => ({
    specifier: name + entry.slice(1),
    names: namesOf(root, join(folder, path)),
  }))
  return [description, doors]
}

function namesOf(root: string, file: string): PublicName[] {
  const text = readFileSync(join(root, file), 'utf8')
  const declared = [
    ...text.matchAll(/^export (?:async )?(?:function|class|const|interface|type) (\w+)/gm),
  ]
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    names!.split(',').flatMap((part) => /(\w+)\s*$/.exec(part)?.[1] ?? []),
  )
  const names = new Set([...declared.map(([, name]) => name!), ...listed])
  return [...names].map((name) => ({ name, ...find(root, file, name) }))
}

/** Follows a name from file to file to where it is declared. Throws where it comes from outside of the repository. */
function find(root: string, file: string, name: string): Declaration & { file: string } {
  const text = readFileSync(join(root, file), 'utf8')
  const own = declarationOf(text, name)
  if (own !== undefined) return { ...own, file }
  for (const [, names, from] of text.matchAll(
    /^(?:im|ex)port (?:type )?\{([^}]*)\} from '([^']+)'/gm,
  )) {
    const part = names!.split(',').find((each) => new RegExp(`\\b${name}\\s*$`).test(each))
    const next = part === undefined ? undefined : fileOf(root, file, from!)
    if (next !== undefined) return find(root, next, /(?:type )?(\w+)/.exec(part!.trim())![1]!)
  }
  throw new Error(`${file} exports ${name}, whose declaration was not found`)
}

function fileOf(root: string, file: string, from: string): string | undefined {
  if (from.startsWith('.')) return join(dirname(file), from)
  const package_ = /^@waggle\/([^/]+)$/.exec(from)?.[1]
  const path = `packages/${package_}/src/index.ts`
  return package_ !== undefined && existsSync(join(root, path)) ? path : undefined
}
