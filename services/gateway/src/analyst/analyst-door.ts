/** A query in ClickHouse's HTTP interface, of somebody who may only read. */
export interface AnalystRequest {
  /** Parameters of the address: `query`, `param_NAME`, settings. */
  readonly params: URLSearchParams
  readonly body: Buffer
  /** Rows of other swarms do not exist; undefined for all. */
  readonly swarms: readonly string[] | undefined
  /** Of the result, where its statement names none. */
  readonly format?: string | undefined
  readonly limits?: AnalystLimits
  readonly signal: AbortSignal
}

/** Beyond the analyst's own: 30 s, a million rows, 256 MiB. */
export interface AnalystLimits {
  readonly max_result_bytes: number
}

export interface AnalystAnswer {
  readonly bytes: Buffer
  readonly format: string
  /** Rows of the result. */
  readonly rows: number
}

/** ClickHouse for analysts, embedded or over HTTP. Throws an AnalystFault for what the engine refuses. */
export type AnalystDoor = (request: AnalystRequest) => Promise<AnalystAnswer>

/** An error as ClickHouse tells it. */
export class AnalystFault extends Error {
  readonly status: number
  /** ClickHouse's number of the error. */
  readonly code: number

  constructor(status: number, code: number, text: string) {
    super(text)
    this.name = 'AnalystFault'
    this.status = status
    this.code = code
  }
}
