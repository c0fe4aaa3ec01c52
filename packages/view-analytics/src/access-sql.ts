import { createHash } from 'node:crypto'
import { WaggleError } from '@waggle/base'
import { TABLE_KINDS, TABLES } from './table-ddl.ts'

export interface SwarmAnalyst {
  readonly name: string
  readonly password: string
  /** The only swarm whose rows this user sees. */
  readonly swarm: string
  readonly database: string
}

/** Tables that tell about all swarms at once. */
const HIDDEN = ['dead_letters', 'checkpoints', 'migrations', 'view_version']

/**
 * Statements that give a ClickHouse server an analyst of one swarm: held to reading and to limits by the
 * profile of users.xml, and to rows of the swarm by a policy on every table; views read as who asks.
 * The password goes as its hash. Errors: INPUT_INVALID for a name that is no plain identifier.
 */
export function swarmAnalyst({ name, password, swarm, database }: SwarmAnalyst): string[] {
  for (const word of [name, database]) {
    if (!/^[A-Za-z_]\w*$/.test(word)) {
      throw new WaggleError('INPUT_INVALID', `${word} is no plain name`, { input: word })
    }
  }
  const hash = createHash('sha256').update(password).digest('hex')
  const text = swarm.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  const policy = (table: string, filter: string): string =>
    `CREATE ROW POLICY OR REPLACE ${name} ON ${database}.${table} USING ${filter} TO ${name}`
  return [
    `CREATE USER IF NOT EXISTS ${name} IDENTIFIED WITH sha256_hash BY '${hash}' SETTINGS PROFILE 'waggle_analyst'`,
    ...TABLE_KINDS.map((kind) => policy(TABLES[kind].table, `swarm = '${text}'`)),
    ...HIDDEN.map((table) => policy(table, '0')),
    `GRANT SELECT, SHOW ON ${database}.* TO ${name}`,
  ]
}
