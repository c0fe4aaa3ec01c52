// Makes the passwords docker-compose.yml mounts, those that are missing: random, in a folder git and the image
// leave out. The folder is its owner's alone; the files are readable, because the users of the containers are
// others.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../.waggle/secrets', import.meta.url))
const NAMES = [
  'redis-password',
  'clickhouse-password',
  'clickhouse-analyst-password',
  'grafana-password',
]

mkdirSync(folder, { recursive: true, mode: 0o700 })
for (const name of NAMES) {
  const file = join(folder, name)
  if (existsSync(file)) continue
  writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o444 })
  process.stdout.write(`made .waggle/secrets/${name}\n`)
}
