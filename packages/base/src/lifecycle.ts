import { messageOf } from './errors.ts'

/** A part of a running process. `stop` drains first: what was accepted is finished. */
export interface Service {
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts in order and stops in reverse; a failed start stops what was already running. */
export function composeServices(name: string, parts: readonly Service[]): Service {
  const running: Service[] = []
  const stop = async (): Promise<void> => {
    const failures: unknown[] = []
    for (let part = running.pop(); part !== undefined; part = running.pop()) {
      await part.stop().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `${name}: ${failures.map(messageOf).join('; ')}`)
    }
  }
  const start = async (): Promise<void> => {
    for (const part of parts) {
      try {
        await part.start()
        running.push(part)
      } catch (error) {
        await stop()
        throw error
      }
    }
  }
  return { name, start, stop }
}
