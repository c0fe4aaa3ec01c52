import { expect, test } from 'vitest'
import { pagePreloads } from './page-preloads.ts'

test('a page names its own chunks and styles, and nothing that the entry has', () => {
  const manifest = {
    'index.html': { file: 'assets/index.js', isEntry: true, imports: ['_shared'], css: ['a.css'] },
    _shared: { file: 'assets/shared.js' },
    _part: { file: 'assets/part.js', imports: ['_shared', 'index.html'] },
    'src/pages/live-page.tsx': { file: 'assets/live.js', imports: ['_part'], css: ['live.css'] },
    'src/pages/sql-page.tsx': { file: 'assets/sql.js', imports: ['_shared'] },
    'src/charts/line-chart.tsx': { file: 'assets/line.js' },
  }
  const part = '</assets/part.js>; rel=modulepreload; crossorigin'
  const live = '</assets/live.js>; rel=modulepreload; crossorigin'
  expect(pagePreloads(JSON.stringify(manifest))).toEqual(
    new Map([
      ['/', `${live}, </live.css>; rel=preload; as=style; crossorigin, ${part}`],
      ['/sql', '</assets/sql.js>; rel=modulepreload; crossorigin'],
    ]),
  )
  expect(pagePreloads(undefined).size).toBe(0)
})
