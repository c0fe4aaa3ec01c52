import { createContext, Script } from 'node:vm'
import type { KnownEventJson } from '@waggle/api'
import { messageOf, WaggleError } from '@waggle/base'

/** Milliseconds that one event may take, on the wall's clock: a busy machine must not fail a quick expression. */
const TIME_MAX = 2000

export interface Where {
  matches(known: KnownEventJson): boolean
  /** Events that the expression failed on, which count as not meant, and the last reason. */
  readonly failed: { readonly count: number; readonly reason: string }
}

/**
 * A JavaScript expression over `event`, `position`, `known_from` and `late`. It sees no globals of this program, but
 * node:vm is no sandbox: it is for expressions of one's own. CONFIG_INVALID for what is no expression, or takes too long.
 */
export function parseWhere(expression: string): Where {
  let script: Script
  try {
    // Alone first, so that nothing can close the bracket.
    void new Script(`void (${expression}\n)`)
    script = new Script(
      `{ const { event, position, known_from, late } = JSON.parse(known); Boolean(${expression}\n) }`,
      { filename: '--where' },
    )
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `--where: ${messageOf(cause)}`, { input: expression })
  }
  const sandbox = createContext(Object.create(null) as object, {
    codeGeneration: { strings: false, wasm: false },
  }) as { known?: string }
  const failed = { count: 0, reason: '' }
  return {
    failed,
    matches: (known) => {
      // As text: an object of this program would be a way back into it.
      sandbox.known = JSON.stringify(known)
      try {
        return script.runInContext(sandbox, { timeout: TIME_MAX }) === true
      } catch (cause) {
        if ((cause as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
          const what = `--where: one event took more than ${TIME_MAX} ms`
          throw new WaggleError('CONFIG_INVALID', what, { cause, input: expression })
        }
        failed.count++
        failed.reason = (cause as { message?: string }).message ?? String(cause)
        return false
      }
    },
  }
}
