import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** A filter keeps every hundredth or every tenth row: those with this remainder. */
export interface RowFilter {
  readonly column: 'percent' | 'tenth'
  readonly value: number
}

/** An index over rows 0 to n - 1. `effort` is what its documentation tunes recall with. */
export interface VectorRival {
  readonly name: string
  readonly efforts: readonly number[]
  search(
    vector: Float32Array,
    k: number,
    filter: RowFilter | undefined,
    effort: number,
  ): Promise<readonly number[]>
  close(): Promise<void>
}

export const remainder = (row: number, { column }: RowFilter): number =>
  column === 'percent' ? row % 100 : row % 10

export type OpenRival = (rows: readonly Float32Array[]) => Promise<VectorRival>

/** Peers found in the folder WAGGLE_BENCH_PEERS: none is a dependency, one needs a compiler. */
export async function findPeers(): Promise<{ open: OpenRival[]; missing: string[] }> {
  const folder = process.env['WAGGLE_BENCH_PEERS']
  const openers = {
    'hnswlib-node': openHnswlib,
    '@lancedb/lancedb': openLance,
    'sqlite-vec': openSqlite,
  }
  const open: OpenRival[] = []
  const missing: string[] = []
  for (const [name, opener] of Object.entries(openers)) {
    const module = folder === undefined ? undefined : await importFrom(folder, name)
    if (module === undefined) missing.push(name)
    else open.push((rows) => opener(module as never, rows))
  }
  return { open, missing }
}

async function importFrom(folder: string, name: string): Promise<unknown> {
  try {
    const path = createRequire(join(folder, 'package.json')).resolve(name)
    return await import(pathToFileURL(path).href)
  } catch {
    return undefined
  }
}

interface Hnswlib {
  readonly default: {
    readonly HierarchicalNSW: new (space: string, dimensions: number) => HnswIndex
  }
}

interface HnswIndex {
  initIndex(maxElements: number, m: number, efConstruction: number): void
  addPoint(point: number[], label: number): void
  setEf(ef: number): void
  searchKnn(
    point: number[],
    k: number,
    filter?: (label: number) => boolean,
  ): { readonly neighbors: readonly number[] }
}

/** M and efConstruction as its README; the filter is its callback. */
async function openHnswlib(hnswlib: Hnswlib, rows: readonly Float32Array[]): Promise<VectorRival> {
  const index = new hnswlib.default.HierarchicalNSW('cosine', rows[0]!.length)
  index.initIndex(rows.length, 16, 200)
  rows.forEach((row, label) => index.addPoint([...row], label))
  return {
    name: 'hnswlib-node 3.0.0 (M 16, efConstruction 200)',
    efforts: [32, 64, 128, 256, 512],
    search: async (vector, k, filter, ef) => {
      index.setEf(ef)
      const allows =
        filter && ((label: number): boolean => remainder(label, filter) === filter.value)
      return index.searchKnn([...vector], k, allows).neighbors
    },
    close: async () => {},
  }
}

interface Lance {
  connect(uri: string): Promise<{
    createTable(name: string, rows: object[]): Promise<LanceTable>
    close(): void
  }>
  readonly Index: { hnswSq(options: object): unknown; bitmap(): unknown }
}

interface LanceTable {
  createIndex(column: string, options: { config: unknown }): Promise<void>
  vectorSearch(vector: Float32Array): LanceQuery
}

interface LanceQuery {
  ef(ef: number): LanceQuery
  refineFactor(factor: number): LanceQuery
  limit(limit: number): LanceQuery
  select(columns: string[]): LanceQuery
  fastSearch(): LanceQuery
  where(predicate: string): LanceQuery
  toArray(): Promise<{ id: number }[]>
}

/** HNSW with scalar quantisation in one partition, bitmap indexes for what is filtered. */
async function openLance(lance: Lance, rows: readonly Float32Array[]): Promise<VectorRival> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const database = await lance.connect(folder)
  const plain = rows.map((vector, id) => ({
    id,
    vector: [...vector],
    // Its bitmap index takes no floats, which is what it makes of numbers.
    percent: `${id % 100}`,
    tenth: `${id % 10}`,
  }))
  const table = await database.createTable('rows', plain)
  const config = lance.Index.hnswSq({ distanceType: 'cosine', numPartitions: 1, m: 16 })
  await table.createIndex('vector', { config })
  for (const column of ['percent', 'tenth'])
    await table.createIndex(column, { config: lance.Index.bitmap() })
  return {
    name: '@lancedb/lancedb 0.39.0 (HNSW_SQ, bitmap)',
    efforts: [32, 64, 128, 256, 512],
    search: async (vector, k, filter, ef) => {
      const query = table
        .vectorSearch(vector)
        .ef(ef)
        .refineFactor(2)
        .limit(k)
        .select(['id', '_distance'])
      const narrowed = filter ? query.where(`${filter.column} = '${filter.value}'`) : query
      return (await narrowed.fastSearch().toArray()).map(({ id }) => id)
    },
    close: async () => {
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

interface SqliteVec {
  getLoadablePath(): string
}

/** Exact; L2 over unit vectors is the order of cosine and has its fastest loop. A partition key per filter. */
async function openSqlite(sqlite: SqliteVec, rows: readonly Float32Array[]): Promise<VectorRival> {
  const database = new DatabaseSync(':memory:', { allowExtension: true })
  database.loadExtension(sqlite.getLoadablePath())
  const dimensions = rows[0]!.length
  const keys = {
    whole: '',
    percent: 'part integer partition key,',
    tenth: 'part integer partition key,',
  }
  for (const [name, key] of Object.entries(keys))
    database.exec(`CREATE VIRTUAL TABLE ${name} USING vec0(${key} vector float[${dimensions}])`)
  const blob = (vector: Float32Array): Uint8Array =>
    new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
  const insert = {
    whole: database.prepare('INSERT INTO whole(rowid, vector) VALUES (?, ?)'),
    percent: database.prepare('INSERT INTO percent(rowid, part, vector) VALUES (?, ?, ?)'),
    tenth: database.prepare('INSERT INTO tenth(rowid, part, vector) VALUES (?, ?, ?)'),
  }
  database.exec('BEGIN')
  for (const [row, vector] of rows.entries()) {
    insert.whole.run(BigInt(row), blob(vector))
    insert.percent.run(BigInt(row), BigInt(row % 100), blob(vector))
    insert.tenth.run(BigInt(row), BigInt(row % 10), blob(vector))
  }
  database.exec('COMMIT')
  const ask = (name: string, and: string) =>
    database.prepare(`SELECT rowid FROM ${name} WHERE vector MATCH ? AND k = ?${and}`)
  const asks = {
    whole: ask('whole', ''),
    percent: ask('percent', ' AND part = ?'),
    tenth: ask('tenth', ' AND part = ?'),
  }
  return {
    name: 'sqlite-vec 0.1.9 (exact, partition keys)',
    efforts: [0],
    search: async (vector, k, filter) => {
      const found = filter
        ? asks[filter.column].all(blob(vector), BigInt(k), BigInt(filter.value))
        : asks.whole.all(blob(vector), BigInt(k))
      return found.map(({ rowid }) => Number(rowid))
    },
    close: async () => database.close(),
  }
}
