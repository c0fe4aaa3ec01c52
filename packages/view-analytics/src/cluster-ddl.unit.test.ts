import { describe, expect, it } from 'vitest'
import { clusterStatements, onCluster } from './cluster-ddl.ts'
import type { AnalyticsStore } from './analytics-store.ts'

const flat = (statement: string): string[] =>
  clusterStatements(statement, 'c').map((text) => text.replaceAll(/\s+/g, ' '))

describe('clusterStatements', () => {
  it('puts a Distributed table over a replicated one', () => {
    const table = [
      'CREATE TABLE IF NOT EXISTS t\n(\n    _partition UInt32,\n    x Map(String, Int64)\n)',
      'ENGINE = ReplacingMergeTree(_offset)\nORDER BY (x, f(x))',
      'SETTINGS non_replicated_deduplication_window = 1000',
    ].join('\n')
    expect(flat(table)).toEqual([
      `CREATE TABLE IF NOT EXISTS t_local ON CLUSTER 'c' ( _partition UInt32, x Map(String, Int64) ) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/t_local', '{replica}', _offset) ORDER BY (x, f(x)) SETTINGS replicated_deduplication_window = 1000`,
      `CREATE TABLE IF NOT EXISTS t ON CLUSTER 'c' AS t_local ENGINE = Distributed('c', currentDatabase(), t_local, _partition)`,
    ])
  })

  it.each([
    ['(topic, partition)\nSETTINGS a = 1', 'cityHash64(topic, partition)'],
    ['name SETTINGS a = 1', 'cityHash64(name)'],
  ])('keeps rows that replace each other on one shard: ORDER BY %s', (order, key) => {
    const table = `CREATE TABLE IF NOT EXISTS t (name String)\nENGINE = ReplacingMergeTree ORDER BY ${order}`
    expect(flat(table)[0]).toContain(`ReplicatedReplacingMergeTree('/clickhouse/tables/`)
    expect(flat(table)[1]).toContain(`t_local, ${key})`)
  })

  it.each([
    [
      'DROP TABLE IF EXISTS t SYNC',
      [
        `DROP TABLE IF EXISTS t ON CLUSTER 'c' SYNC`,
        `DROP TABLE IF EXISTS t_local ON CLUSTER 'c' SYNC`,
      ],
    ],
    [
      'ALTER TABLE t ADD COLUMN x Int8',
      [
        `ALTER TABLE t_local ON CLUSTER 'c' ADD COLUMN x Int8`,
        `ALTER TABLE t ON CLUSTER 'c' ADD COLUMN x Int8`,
      ],
    ],
    ['ALTER TABLE t MODIFY TTL x', [`ALTER TABLE t_local ON CLUSTER 'c' MODIFY TTL x`]],
    [
      'CREATE OR REPLACE VIEW v AS SELECT 1 FROM a INNER JOIN b ON 1',
      [`CREATE OR REPLACE VIEW v ON CLUSTER 'c' AS SELECT 1 FROM a GLOBAL INNER JOIN b ON 1`],
    ],
    ['INSERT INTO t VALUES (1)', ['INSERT INTO t VALUES (1)']],
  ])('%s', (statement, expected) => expect(flat(statement)).toEqual(expected))

  it('is what a store on a cluster runs', async () => {
    const ran: string[] = []
    const store = onCluster(
      { command: async (sql: string) => void ran.push(sql) } as AnalyticsStore,
      'c',
    )
    await store.command('DROP TABLE IF EXISTS t SYNC')
    expect(ran).toHaveLength(2)
    expect(store.clustered).toBe(true)
  })
})
