import type { KnownEventJson, RememberConflict } from '@waggle/api'
import { createWaggleClient } from '@waggle/client'
import { useAgentMemory, WaggleProvider, type RememberResult } from '@waggle/react'
import { createElement, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, expectTypeOf, test } from 'vitest'

function Status({ agent }: { readonly agent: string }): ReactNode {
  const { status, memories } = useAgentMemory({ agent })
  return `${agent}: ${status}, ${memories.length}`
}

test('a page made on a server asks nothing and says that it is loading', () => {
  let asked = 0
  const client = createWaggleClient({
    url: 'http://127.0.0.1:1',
    fetch: () => {
      asked++
      return Promise.reject(new Error('not on a server'))
    },
  })
  const page = createElement(
    WaggleProvider,
    { client, swarm: 'home' },
    createElement(Status, { agent: 'ada' }),
  )
  expect(renderToString(page)).toBe('ada: loading, 0')
  expect(asked).toBe(0)
})

test('without a gateway it says what to give', () => {
  expect(() => renderToString(createElement(Status, { agent: 'ada' }))).toThrow(/WaggleProvider/)
})

test('types: a conflict has both values, and only then', () => {
  type Memory = ReturnType<typeof useAgentMemory>
  expectTypeOf<Memory['signals']>().toEqualTypeOf<readonly KnownEventJson[]>()
  expectTypeOf<Awaited<ReturnType<Memory['remember']>>>().toEqualTypeOf<RememberResult>()
  expectTypeOf<Extract<RememberResult, { ok: false }>>().toEqualTypeOf<{
    readonly ok: false
    readonly conflict: RememberConflict
  }>()
  expectTypeOf(useAgentMemory).toBeCallableWith({ agent: 'ada', asOf: new Date(0) })
  // @ts-expect-error An agent has to be named.
  expectTypeOf(useAgentMemory).toBeCallableWith({ asOf: '2001-01-01' })
})
