/** dot-products.wat, compiled. */
export const DOT_PRODUCTS_WASM =
  'AGFzbQEAAAABCgFgBn9/f39/fwACEAEEc2xhYgZtZW1vcnkCAAEDAgEABwgBBGRvdHMAAArDAgHAAgMEfwJ7An8gACABQQJ0aiEGIAAhDAJAA0AgACAGTw0BIAAgDEYEQCAAQcAAaiENIA0gBksEQCAGIQ0LA0AgAiAMKAIAIANsaiEHIAcgA2ohCQNAIAggBygCAHMhCCAHQcAAaiEHIAcgCUkNAAsgDEEEaiEMIAwgDUkNAAsgBSAINgIACyACIAAoAgAgA2xqIQcgByADaiEJIAQhCP0MAAAAAAAAAAAAAAAAAAAAACEK/QwAAAAAAAAAAAAAAAAAAAAAIQsDQCAKIAf9AQMAIAj9AAQA/boB/a4BIQogCyAH/QEDCCAI/QAEEP26Af2uASELIAdBEGohByAIQSBqIQggByAJSQ0ACyAKIAv9rgEhCiAFIAr9GwAgCv0bAWogCv0bAiAK/RsDamo2AgAgAEEEaiEAIAVBBGohBQwACwsL'

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** What is used of the WebAssembly interface, which the type libraries of Node leave out. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => Memory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly dots: DotProducts } }
}

type DotProducts = (
  ordinals: number,
  count: number,
  codes: number,
  dims: number,
  query: number,
  out: number,
) => void

/** 4 GiB, the most WebAssembly addresses with 32 bits: about 10 million vectors of 384 dimensions. */
const MAX_PAGES = 65_536

let compiled: object | undefined

/** A memory of its own with the kernel over it. Addresses are in bytes. */
export function openKernel(): { readonly memory: Memory; readonly dots: DotProducts } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES })
  compiled ??= new WebAssembly.Module(Buffer.from(DOT_PRODUCTS_WASM, 'base64'))
  const { exports } = new WebAssembly.Instance(compiled, { slab: { memory } })
  return { memory, dots: exports.dots }
}
