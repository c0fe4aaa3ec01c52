import type { AdmittedRecord } from '@waggle/consume'
import type { LogRecord } from '@waggle/log'

/** A record to archive; what admission said of it, unless it refused it or the topic has no events. */
export interface ArchivedRow {
  readonly record: LogRecord
  readonly admitted: AdmittedRecord | undefined
}
