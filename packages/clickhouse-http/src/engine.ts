import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { messageOf, WaggleError } from '@waggle/base'
import type { Session } from 'chdb'
import type { DataInsert } from './statement.ts'

/** One statement's answer. */
export interface EngineAnswer {
  readonly bytes: Buffer
  /** Rows of the result, or rows written by an insert. */
  readonly rows: number
  readonly rowBytes: number
  readonly seconds: number
}

/** A session of one request: what is set in it ends with it. */
export interface EngineSession {
  run(sql: string, format?: string): Promise<EngineAnswer>
  insert(insert: DataInsert): Promise<EngineAnswer>
  /** Lines of a result in text. */
  lines(sql: string): Promise<string[]>
}

export interface Engine {
  /** Where every session begins. */
  readonly database: string
  withSession<T>(work: (session: EngineSession) => Promise<T>): Promise<T>
  close(): void
}

/** chdb on the folder of an analytical store; other users of the folder in this process may go on. */
export async function openEngine(folder: string, database = 'default'): Promise<Engine> {
  const { Session } = await import('chdb').catch((error: unknown) => {
    throw new WaggleError('VIEW_UNAVAILABLE', 'The package chdb is not installed', { cause: error })
  })
  const data = resolve(folder, 'data')
  const spool = resolve(folder, 'http-spool')
  await rm(spool, { recursive: true, force: true })
  await mkdir(spool, { recursive: true })
  let spooled = 0
  const nextFile = (): string => join(spool, `${spooled++}.data`)
  // Held open, for the engine ends with its last session.
  const holder = open(Session, data)
  await holder.queryAsync(`CREATE DATABASE IF NOT EXISTS ${database}`)
  return {
    database,
    withSession: async (work) => {
      const session = open(Session, data)
      try {
        if (database !== 'default') await session.queryAsync(`USE ${database}`)
        return await work(sessionOf(session, nextFile))
      } finally {
        session.close()
      }
    },
    close: () => holder.close(),
  }
}

function open(create: typeof Session, path: string): Session {
  try {
    return new create(path)
  } catch (error) {
    const what = `${path} cannot be opened; one process owns it at a time: ${messageOf(error)}`
    throw new WaggleError('VIEW_UNAVAILABLE', what, { cause: error })
  }
}

function sessionOf(session: Session, nextFile: () => string): EngineSession {
  const run = async (sql: string, format = 'TabSeparated'): Promise<EngineAnswer> => {
    const result = await session.queryAsync(sql, { format })
    const { buffer, byteOffset, byteLength } = result.bytes()
    return {
      bytes: Buffer.from(buffer, byteOffset, byteLength),
      rows: result.rowsRead,
      rowBytes: result.bytesRead,
      seconds: result.elapsed,
    }
  }
  return {
    run,
    lines: async (sql) => (await run(sql, 'TSVRaw')).bytes.toString().split('\n'),
    insert: async ({ statement, data }) => {
      if (data.length === 0) return { bytes: Buffer.alloc(0), rows: 0, rowBytes: 0, seconds: 0 }
      // chdb takes statements as text, so bytes reach it by way of a file.
      const file = nextFile()
      try {
        await writeFile(file, data)
        return await run(statement(file))
      } finally {
        await rm(file, { force: true })
      }
    },
  }
}
