import { describe, expect, it } from 'vitest'
import { composeServices, type Service } from './lifecycle.ts'

function parts(broken: { start?: string; stop?: string } = {}): [string[], Service[]] {
  const journal: string[] = []
  const act = async (what: 'start' | 'stop', name: string): Promise<void> => {
    journal.push(`${what} ${name}`)
    if (broken[what] === name) throw new Error(`${name} does not ${what}`)
  }
  const services = ['log', 'view', 'door'].map((name) => ({
    name,
    start: () => act('start', name),
    stop: () => act('stop', name),
  }))
  return [journal, services]
}

describe('composed services', () => {
  it('start in order and stop in reverse, once', async () => {
    const [journal, services] = parts()
    const bus = composeServices('bus', services)
    await bus.start()
    await bus.stop()
    await bus.stop()
    expect(journal).toEqual([
      'start log',
      'start view',
      'start door',
      'stop door',
      'stop view',
      'stop log',
    ])
  })

  it('a failed start stops what was running and says why', async () => {
    const [journal, services] = parts({ start: 'view' })
    await expect(composeServices('bus', services).start()).rejects.toThrow('view does not start')
    expect(journal).toEqual(['start log', 'start view', 'stop log'])
  })

  it('a failed stop does not keep the others running', async () => {
    const [journal, services] = parts({ stop: 'view' })
    const bus = composeServices('bus', services)
    await bus.start()
    await expect(bus.stop()).rejects.toThrow('bus: view does not stop')
    expect(journal.slice(3)).toEqual(['stop door', 'stop view', 'stop log'])
  })
})
