/** A ClickHouse engine. Errors: VIEW_UNAVAILABLE, or BYTES_MALFORMED for rows it cannot read. */
export interface AnalyticsStore {
  /** Tables are replicated ones, `<table>_local`, behind Distributed ones; see `onCluster`. */
  readonly clustered?: boolean
  /** Only this process can write here: what it finds of another version it may drop. */
  readonly owned?: boolean
  /** Runs one statement without a result. */
  command(sql: string): Promise<void>
  /** Runs one query; 64-bit integers come as text. `params` fill `{name:Type}`. */
  rows<T>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>
  /** The same for analysts: nothing can be changed, and time and result are bounded. */
  readOnly<T>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>
  /** Inserts one Avro container as one part, durably, once per token. */
  insertAvro(insert: AvroInsert): Promise<void>
  close(): Promise<void>
}

export interface AvroInsert {
  readonly table: string
  /** Columns to take from the container; others in it are left out, missing ones get their default. */
  readonly columns: readonly string[]
  readonly container: Buffer
  /** Names these very rows: the same token with other rows would be dropped in silence. */
  readonly token: string
}
