import { expect, it } from 'vitest'
import { hexDump, hexOfBase64 } from './hex-dump.ts'
import { importsCode } from './lock-down.ts'

it('shows bytes by line with what is ASCII of them', () => {
  const hex = Buffer.from('\0waggle, sixteen and more').toString('hex')
  expect(hexDump(hex).split('\n')).toEqual([
    '0000  00 77 61 67 67 6c 65 2c 20 73 69 78 74 65 65 6e  .waggle, sixteen',
    '0010  20 61 6e 64 20 6d 6f 72 65                        and more',
  ])
  expect(hexOfBase64(Buffer.from([0, 255, 16]).toString('base64'))).toBe('00ff10')
})

it('knows an import from a word', () => {
  for (const source of ['import("x")', 'import /* */ ("x")', 'import.meta', 'import\n("x")'])
    expect(importsCode(source)).toBe(true)
  expect(importsCode(`event.stage === 'import'`)).toBe(false)
})
