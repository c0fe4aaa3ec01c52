import { faultAnswer, openQueryDoor, type FacadeUser } from '@waggle/clickhouse-http'
import { AnalystFault, type AnalystDoor } from './analyst-door.ts'

export interface EmbeddedDoor {
  readonly ask: AnalystDoor
  close(): void
}

/** Analysts of a store in this process; it is opened with the first question. */
export function createEmbeddedDoor(folder: string): EmbeddedDoor {
  let opened: ReturnType<typeof openQueryDoor> | undefined
  return {
    ask: async ({ params, body, swarms, format, limits }) => {
      const user: FacadeUser = {
        name: 'analyst',
        password: '',
        role: 'analyst',
        ...(swarms === undefined ? {} : { swarm: swarms }),
        ...(limits === undefined ? {} : { limits }),
      }
      try {
        const door = await (opened ??= openQueryDoor({ folder }))
        return await door.ask(user, { params, body }, format)
      } catch (error) {
        const { status, code, text } = faultAnswer(error)
        throw new AnalystFault(status, code, text)
      }
    },
    close: () => void opened?.then((door) => door.close()).catch(() => {}),
  }
}
