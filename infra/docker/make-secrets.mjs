// Makes the passwords and tokens docker-compose.yml mounts, those that are missing: random, in a folder git and the image
// leave out. The folder is its owner's alone; the files are readable, because the users of the containers are
// others.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../.waggle/secrets', import.meta.url))
const NAMES = [
  'redis-password',
  'clickhouse-password',
  'clickhouse-analyst-password',
  'grafana-password',
  'gateway-tokens',
]

/** The gateway keeps hashes; the token of its owner is shown here, once. */
function ownerTokens() {
  const token = `wgl_${randomBytes(24).toString('base64url')}`
  process.stdout.write(`the gateway's owner has the token ${token}\n`)
  const sha256 = createHash('sha256').update(token).digest('hex')
  const verbs = ['read', 'emit', 'vote', 'lock', 'remember', 'sql', 'operate', 'erase']
  return `${JSON.stringify([{ name: 'owner', sha256, swarms: ['*'], verbs }], null, 2)}\n`
}

mkdirSync(folder, { recursive: true, mode: 0o700 })
for (const name of NAMES) {
  const file = join(folder, name)
  if (existsSync(file)) continue
  const secret = name === 'gateway-tokens' ? ownerTokens() : randomBytes(24).toString('base64url')
  writeFileSync(file, secret, { mode: 0o444 })
  process.stdout.write(`made .waggle/secrets/${name}\n`)
}
