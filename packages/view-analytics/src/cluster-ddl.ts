import type { AnalyticsStore } from './analytics-store.ts'

/** The cluster a server's own macros name. */
export const CLUSTER_MACRO = '{cluster}'

/**
 * One statement of a single node as those of a cluster: each table becomes a replicated one, `<table>_local`,
 * and a Distributed one of the old name over it. Rows of a partition of the log stay on one shard, so that
 * their order, their tokens and the largest offset mean what they mean on one node. Pure; other statements
 * stay as they are.
 */
export function clusterStatements(statement: string, cluster = CLUSTER_MACRO): string[] {
  const on = `ON CLUSTER '${cluster}'`
  const created = /^CREATE TABLE IF NOT EXISTS (\w+)\s*(\([\s\S]*\))\s*ENGINE = ([\s\S]*)$/.exec(
    statement,
  )
  if (created !== null) {
    const [, table = '', columns = '', engine = ''] = created
    return [
      `CREATE TABLE IF NOT EXISTS ${table}_local ${on}\n${columns}\nENGINE = ${clusterEngine(table, engine)}`,
      `CREATE TABLE IF NOT EXISTS ${table} ${on} AS ${table}_local\n` +
        `ENGINE = Distributed('${cluster}', currentDatabase(), ${table}_local, ${shardingKey(statement)})`,
    ]
  }
  const view = /^CREATE OR REPLACE VIEW (\w+) AS([\s\S]*)$/.exec(statement)
  if (view !== null) return [`CREATE OR REPLACE VIEW ${view[1]} ${on} AS${globalJoins(view[2]!)}`]
  const dropped = /^DROP TABLE IF EXISTS (\w+) SYNC$/.exec(statement)
  if (dropped !== null) {
    return [dropped[1]!, `${dropped[1]!}_local`].map(
      (table) => `DROP TABLE IF EXISTS ${table} ${on} SYNC`,
    )
  }
  const altered = /^ALTER TABLE (\w+) ([\s\S]*)$/.exec(statement)
  if (altered === null) return [statement]
  const [, table = '', change = ''] = altered
  const local = `ALTER TABLE ${table}_local ${on} ${change}`
  // A Distributed table has columns, but nothing that could expire.
  return / TTL\b/.test(` ${change}`) ? [local] : [local, `ALTER TABLE ${table} ${on} ${change}`]
}

/** The clauses behind ENGINE of a replicated table. */
export function clusterEngine(table: string, engine: string): string {
  const path = `'/clickhouse/tables/{shard}/{database}/${table}_local', '{replica}'`
  return engine
    .replace(/^ReplacingMergeTree\((.*?)\)/, `ReplicatedReplacingMergeTree(${path}, $1)`)
    .replace(/^ReplacingMergeTree /, `ReplicatedReplacingMergeTree(${path}) `)
    .replace('non_replicated_deduplication_window', 'replicated_deduplication_window')
}

/** Both sides of a join may lie on other shards. */
function globalJoins(select: string): string {
  return select.replaceAll(/\b(INNER|LEFT) JOIN\b/g, 'GLOBAL $1 JOIN')
}

function shardingKey(statement: string): string {
  if (/^\s*_partition /m.test(statement)) return '_partition'
  const [, order = ''] = /ORDER BY \(?([^)\n]*?)\)?(?: SETTINGS|\n|$)/.exec(statement) ?? []
  return `cityHash64(${order})`
}

/** Settings of every request to a cluster: an insert is on its shard, and on most replicas, when it returns. */
export const CLUSTER_SETTINGS = {
  distributed_foreground_insert: 1,
  insert_quorum: 'auto',
  select_sequential_consistency: 1,
} as const

/** A store whose every statement goes to all nodes of a cluster. */
export function onCluster(store: AnalyticsStore, cluster = CLUSTER_MACRO): AnalyticsStore {
  return {
    ...store,
    clustered: true,
    command: async (sql) => {
      for (const statement of clusterStatements(sql, cluster)) await store.command(statement)
    },
  }
}
