import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AvroRecord, Kind } from '@waggle/event'
import { ROOT } from '../tidy/tree.ts'

/** Events of one released version of a kind, as they were written then; kept for ever. */
export interface Capsule {
  readonly kind: Kind
  readonly version: number
  /** Bodies in base64, and what stands in them: `plainJson` of the fields the writer had. */
  readonly events: readonly { readonly body: string; readonly fields: object }[]
}

export const CAPSULES = join(ROOT, 'test/fixtures/capsule')
const HISTORY = join(ROOT, 'schemas/history')

export interface Released {
  readonly kind: Kind
  readonly version: number
  readonly schema: AvroRecord
}

/** Every version of every kind ever released. */
export function releasedSchemas(): Released[] {
  const folders = readdirSync(HISTORY, { withFileTypes: true }).filter((one) => one.isDirectory())
  return folders.flatMap(({ name }) =>
    readdirSync(join(HISTORY, name)).map((file) => ({
      kind: name.replaceAll('-', '_') as Kind,
      version: parseInt(file),
      schema: JSON.parse(readFileSync(join(HISTORY, name, file), 'utf8')) as AvroRecord,
    })),
  )
}

export function capsulePath({ kind, version }: Pick<Released, 'kind' | 'version'>): string {
  return join(CAPSULES, `${kind}-${version}.json`)
}

export function readCapsule(of: Pick<Released, 'kind' | 'version'>): Capsule {
  return JSON.parse(readFileSync(capsulePath(of), 'utf8')) as Capsule
}

/** A value as JSON keeps it; decimals as texts. */
export function plainJson(value: object): object {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'bigint' ? `${inner}n` : inner,
    ),
  ) as object
}
