const TYPES: readonly [format: RegExp, type: string][] = [
  [/^(JSONEachRow|JSONLines|NDJSON|JSONStringsEachRow)/i, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/i, 'application/json; charset=UTF-8'],
  [/^CSVWithNames/i, 'text/csv; charset=UTF-8; header=present'],
  [/^CSV/i, 'text/csv; charset=UTF-8; header=absent'],
  [/^(TSV|TabSeparated)/i, 'text/tab-separated-values; charset=UTF-8'],
  [/^XML/i, 'application/xml; charset=UTF-8'],
  [/^(Pretty|Vertical|Values|Markdown|SQLInsert|Null)/i, 'text/plain; charset=UTF-8'],
]

/** Media type of a ClickHouse format. */
export function contentType(format: string): string {
  return TYPES.find(([name]) => name.test(format))?.[1] ?? 'application/octet-stream'
}
