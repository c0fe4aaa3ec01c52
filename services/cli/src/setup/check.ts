import { messageOf } from '@waggle/base'
import type { CommandDeps } from '../program/command.ts'

/** What a look at the machine found, and what to do where it is not well. */
export interface Checked {
  readonly name: string
  readonly ok: boolean
  /** Without it nothing runs; else only something does not. */
  readonly needed: boolean
  readonly found: string
  readonly fix: string
}

export type Check = Pick<Checked, 'name' | 'needed' | 'fix'> & {
  /** What was found; throws with what is wrong. */
  look(deps: CommandDeps): Promise<string> | string
}

/** What is wrong, where another thing has to be done about it than the check says. */
export class Trouble extends Error {
  readonly fix: string

  constructor(found: string, fix: string) {
    super(found)
    this.name = 'Trouble'
    this.fix = fix
  }
}

export async function runCheck(check: Check, deps: CommandDeps): Promise<Checked> {
  const { name, needed, fix } = check
  try {
    return { name, needed, fix, ok: true, found: await check.look(deps) }
  } catch (error) {
    const own = error instanceof Trouble ? error.fix : fix
    return { name, needed, fix: own, ok: false, found: messageOf(error) }
  }
}

export function wants(ok: boolean, found: string): string {
  if (ok) return found
  throw new Error(found)
}
