import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { messageOf, WaggleError, type Clock, type Logger } from '@waggle/base'
import { hashToken, parseGrants, type Grant, type GrantInput } from './principal.ts'

export interface TokenFileOptions {
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
}

/** How long a change may go unseen. */
const LOOK_MICROS = 1_000_000

/**
 * The tokens of a file as they are now: who changes it need not start anything again. What cannot be read or is wrong
 * is CONFIG_INVALID at first; later it is logged, and the tokens from before stay.
 */
export function openTokenFile({ path, clock, logger }: TokenFileOptions): () => readonly Grant[] {
  let stamp = stampOf(path)
  let grants = readGrants(path)
  let lookedAt = clock.now()
  return () => {
    const now = clock.now()
    if (now - lookedAt < LOOK_MICROS) return grants
    lookedAt = now
    const found = stampOf(path)
    if (found === stamp) return grants
    stamp = found
    try {
      grants = readGrants(path)
      logger.info({ path, tokens: grants.length }, 'tokens read again')
    } catch (err) {
      logger.error({ path, err }, 'the tokens file is wrong; those from before stay')
    }
    return grants
  }
}

function readGrants(path: string): Grant[] {
  let input: unknown
  try {
    input = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new WaggleError('CONFIG_INVALID', `${path}: ${messageOf(error)}`, { cause: error })
  }
  return parseGrants(input)
}

/** Changes with the file, also where it is replaced by another. */
function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.ino}/${found.size}/${found.mtimeNs}`
}

/** A new token, and what stands for it in the file; CONFIG_INVALID where its rights are wrong. */
export function createToken(rights: Omit<GrantInput, 'sha256'>): {
  readonly token: string
  readonly grant: Grant
} {
  const token = `wgl_${randomBytes(24).toString('base64url')}`
  const [grant] = parseGrants([{ ...rights, sha256: hashToken(token) }])
  return { token, grant: grant! }
}
