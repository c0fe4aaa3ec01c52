import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import wabt from 'wabt'
import { DOT_PRODUCTS_WASM } from '../../packages/recall/src/dot-products.ts'

it('the kernel in the repository is its source, compiled', async () => {
  const source = new URL('../../packages/recall/src/dot-products.wat', import.meta.url)
  const tools = await wabt()
  const module = tools.parseWat('dot-products.wat', readFileSync(source, 'utf8'), { simd: true })
  const { buffer } = module.toBinary({})
  expect(Buffer.from(buffer).toString('base64')).toBe(DOT_PRODUCTS_WASM)
})
