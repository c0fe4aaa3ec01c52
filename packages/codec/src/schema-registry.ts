import type { AvroRecord } from '@waggle/event'

/** Gives schemas their ids. Engines: the built-in registry on the log; any Confluent-compatible one. */
export interface SchemaRegistry {
  /** The id of the schema under the subject, registered if it is new. SCHEMA_INCOMPATIBLE otherwise. */
  register(subject: string, schema: AvroRecord): Promise<number>
  /** The schema of an id, or SCHEMA_UNKNOWN. */
  byId(id: number): Promise<AvroRecord>
}
