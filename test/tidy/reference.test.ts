import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { frontDoorsOf } from '../../services/cli/scripts/api-reference/front-door.ts'
import { packageReference, REFERENCED } from '../../services/cli/scripts/api-reference/render.ts'
import { ROOT } from './tree.ts'

it('docs/reference.md is what the packages export (`npm run generate`)', () => {
  expect(packageReference(ROOT)).toBe(readFileSync(join(ROOT, 'docs/reference.md'), 'utf8'))
})

it.each(REFERENCED)('%s says what each of its functions and classes is for', (name) => {
  const [, doors] = frontDoorsOf(ROOT, `packages/${name}`)
  const names = doors.flatMap((door) => door.names)
  expect(names).not.toEqual([])
  const silent = names.filter(
    ({ kind, says }) => ['function', 'class'].includes(kind) && says === undefined,
  )
  expect(silent.map(({ file, name: of }) => `${file} ${of}`)).toEqual([])
})
