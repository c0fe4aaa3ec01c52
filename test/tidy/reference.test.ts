import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageReference } from '../../services/cli/scripts/api-reference/render.ts'
import { ROOT } from './tree.ts'

it('docs/reference.md is what the packages export (`npm run generate`)', () => {
  expect(packageReference(ROOT)).toBe(readFileSync(join(ROOT, 'docs/reference.md'), 'utf8'))
})
