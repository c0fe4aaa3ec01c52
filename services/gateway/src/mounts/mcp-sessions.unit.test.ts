import { manualClock } from '@waggle/base'
import { expect, test } from 'vitest'
import { createMcpSessions, type McpSession } from './mcp-sessions.ts'

const HOUR = 3_600_000_000

function scene() {
  const clock = manualClock()
  const ended: string[] = []
  const sessions = createMcpSessions({
    now: () => clock.now(),
    sleep: () => new Promise(() => {}),
  })
  const session = (id: string, owner: string): McpSession => ({
    owner,
    stayAllowed: () => {},
    transport: {
      handle: async () => new Response('ok'),
      close: async () => void ended.push(id),
    },
  })
  const add = (id: string, owner: string): void => sessions.add(id, session(id, owner))
  const ask = (id: string, owner: string) =>
    sessions.handle(id, owner, new Request('http://localhost/mcp'))
  return { clock, ended, sessions, add, ask }
}

test('a token has so many sessions: the one that was silent longest makes room', async () => {
  const { ended, add, ask } = scene()
  for (let n = 0; n < 100; n++) add(`a${n}`, 'ada')
  add('b0', 'bob')
  await ask('a0', 'ada')
  add('a100', 'ada')
  expect(ended).toEqual(['a1'])
  expect(ask('a1', 'ada')).toBeUndefined()
  expect(ask('a0', 'bob')).toBeUndefined()
  await expect(ask('a0', 'ada')?.then((answer) => answer.text())).resolves.toBe('ok')
})

test('all tokens together have so many', () => {
  const { ended, add } = scene()
  for (let n = 0; n <= 1000; n++) add(`${n}`, `token ${n % 20}`)
  expect(ended).toEqual(['0'])
})

test('what is added after the end ends at once', async () => {
  const { ended, sessions, add } = scene()
  add('a', 'ada')
  await sessions.close()
  add('b', 'ada')
  expect(ended).toEqual(['a', 'b'])
})

test('a silent session ends; one that is asked, or whose answer is still read, goes on', async () => {
  const clock = manualClock()
  let look = Promise.withResolvers<void>()
  const sessions = createMcpSessions({ now: () => clock.now(), sleep: () => look.promise })
  const ended: string[] = []
  const body = () => new ReadableStream({ start: (controller) => controller.enqueue('x') })
  for (const id of ['silent', 'asked', 'listening', 'revoked'])
    sessions.add(id, {
      owner: 'ada',
      stayAllowed: () => {
        if (id === 'revoked' && clock.now() > 2 * HOUR) throw new Error('the token has ended')
      },
      transport: {
        handle: async () => new Response(body()),
        close: async () => void ended.push(id),
      },
    })
  const ask = (id: string) => sessions.handle(id, 'ada', new Request('http://localhost/mcp'))!
  const lookAt = async (now: number): Promise<void> => {
    clock.set(now)
    const { resolve } = look
    look = Promise.withResolvers()
    resolve()
    await new Promise((turn) => setImmediate(turn))
  }
  const listening = await ask('listening')
  await ask('revoked')
  clock.set(HOUR / 2)
  await (await ask('asked')).body!.cancel()
  await lookAt(HOUR + 1)
  expect(ended).toEqual(['silent'])
  await lookAt(HOUR * 1.5 + 1)
  expect(ended).toEqual(['silent', 'asked'])
  await lookAt(HOUR * 2.5)
  expect(ended).toEqual(['silent', 'asked', 'revoked'])
  await listening.body!.cancel()
  await lookAt(HOUR * 4)
  expect(ended).toEqual(['silent', 'asked', 'revoked', 'listening'])
})
