import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf, WaggleError } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { z } from 'zod'

const name = z.string().min(1).max(128)
const context = z.strictObject({
  url: z.url(),
  token: z.string().min(1).max(512).optional(),
  swarm: name.optional(),
  run: name.optional(),
})
const file = z.strictObject({
  selected: name.optional(),
  contexts: z.record(name, context).default({}),
})

/** Where a gateway is, who asks, and about what: everything a command needs to be told only once. */
export type Context = z.output<typeof context>
export type Contexts = z.output<typeof file>

/** In the user's configuration folder. */
export function contextsPath(environment: Environment): string {
  const { XDG_CONFIG_HOME: xdg, APPDATA: windows, HOME: home = homedir() } = environment
  return join(xdg ?? windows ?? join(home, '.config'), 'waggle', 'contexts.json')
}

/** None where there is no file. CONFIG_INVALID for one that is none of ours. */
export function readContexts(environment: Environment): Contexts {
  const path = contextsPath(environment)
  if (!existsSync(path)) return { contexts: {} }
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause)
    throw new WaggleError('CONFIG_INVALID', `${path}: ${why}`, { cause, input: path })
  }
}

/** Whole or not at all, readable by its owner alone: it holds tokens. */
export function writeContexts(environment: Environment, contexts: Contexts): void {
  const path = contextsPath(environment)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const next = `${path}.next`
  writeFileSync(next, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 })
  chmodSync(next, 0o600)
  renameSync(next, path)
}

/** The one asked for, or the one selected; undefined where none is. NOT_FOUND for a name that is none. */
export function selectedContext(
  environment: Environment,
  wanted: string | undefined,
): Context | undefined {
  const { selected, contexts } = readContexts(environment)
  const given = wanted ?? environment['WAGGLE_CONTEXT'] ?? selected
  if (given === undefined) return undefined
  const found = Object.hasOwn(contexts, given) ? contexts[given] : undefined
  if (found !== undefined) return found
  const names = Object.keys(contexts)
  const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
  throw new WaggleError('NOT_FOUND', `No context ${given}; ${there}`, { input: given })
}
