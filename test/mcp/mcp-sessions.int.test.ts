import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { systemClock } from '@waggle/base'
import { createTrafficCounts } from '@waggle-services/gateway'
import { afterEach, expect, test } from 'vitest'
import { TOKEN } from '../support/gateway.ts'
import { ask, openMcp, type OpenMcp } from '../support/mcp.ts'

const MINUTE_MS = 60_000
let mcp: OpenMcp
afterEach(() => mcp.stop())

test('a gateway that stops leaves no session behind, though a client listens in it', async () => {
  const traffic = createTrafficCounts()
  const readers = () => traffic.read().liveReaders
  mcp = await openMcp({ traffic })
  const ada = await mcp.connect('swarm=desk&agent=ada')
  const left = new Promise<void>((resolve) => {
    ada.onerror = () => resolve()
  })
  await ada.subscribeResource({ uri: 'memory://graph' })
  // What the client listens on, and the live tail behind its subscription.
  await expect.poll(readers).toBe(2)
  await mcp.stop()
  await left
  expect(readers()).toBe(0)
})

test('a session that nobody uses ends', async () => {
  const { now, sleep } = systemClock()
  let [hours, look] = [0, Promise.withResolvers<void>()]
  mcp = await openMcp({
    clock: {
      now: () => now() + hours * 3_600_000_000,
      sleep: (ms, signal, idle) => (ms === MINUTE_MS ? look.promise : sleep(ms, signal, idle)),
    },
  })
  const ada = await mcp.connect('swarm=desk&agent=ada')
  expect(await ask(ada, 'read_graph', {})).toEqual({ entities: [], relations: [] })
  const laterBy = (more: number): void => {
    hours += more
    const { resolve } = look
    look = Promise.withResolvers()
    resolve()
  }
  // While it listens it is in use, however long it is silent.
  laterBy(2)
  expect(await ask(ada, 'read_graph', {})).toEqual({ entities: [], relations: [] })
  const { sessionId } = ada.transport as StreamableHTTPClientTransport
  await ada.transport!.close()
  const statusOfPing = async (): Promise<number> => {
    laterBy(2)
    const answer = await fetch(mcp.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'mcp-session-id': sessionId!,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' }),
    })
    await answer.text()
    return answer.status
  }
  await expect.poll(statusOfPing).toBe(404)
})
