import type { WaggleError } from '@waggle/base'

/** A write that was refused for another one, with both values. */
export class ConflictFault extends Error {
  readonly refused: WaggleError
  readonly conflict: unknown

  constructor(refused: WaggleError, conflict: unknown) {
    super(refused.message, { cause: refused })
    this.name = 'ConflictFault'
    this.refused = refused
    this.conflict = conflict
  }
}
