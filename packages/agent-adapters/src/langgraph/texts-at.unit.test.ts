import { expect, it } from 'vitest'
import { textsAt } from './texts-at.ts'

it('finds texts by path', () => {
  const value = { title: 'Q4', meta: { pages: 3 }, chapters: [{ text: 'a' }, { text: 'b' }, {}] }
  const cases: readonly [string, string[]][] = [
    ['title', ['Q4']],
    ['meta.pages', ['3']],
    ['chapters[*].text', ['a', 'b']],
    ['chapters[-2].text', ['b']],
    ['chapters[9].text', []],
    ['nothing.there', []],
    ['title.constructor', []],
    ['$', [JSON.stringify(value)]],
  ]
  for (const [path, texts] of cases) expect([path, textsAt(value, path)]).toEqual([path, texts])
})
