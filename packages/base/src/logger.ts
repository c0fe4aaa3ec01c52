import { pino } from 'pino'

/** The part of pino that Waggle uses; structured fields first, message second. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

const SECRET_PATHS = ['password', '*.password', 'token', '*.authorization', 'authorization']

/** JSON lines on standard error, so that standard output stays the program's own. */
export function createLogger(name: string, level = 'info'): Logger {
  return pino({ name, level, redact: SECRET_PATHS }, pino.destination({ fd: 2, sync: true }))
}

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} }
