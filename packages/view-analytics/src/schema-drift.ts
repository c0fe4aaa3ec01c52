import { statementsOf, type Migration } from './migration-files.ts'
import { columnsOf, createTable, TABLE_KINDS, TABLES, type Column } from './table-ddl.ts'

/**
 * What a next migration must say so that the tables fit the schemas: the migrations so far are read, not
 * run. Empty where nothing is missing. Columns are only added or widened; none is ever dropped.
 */
export function missingStatements(migrations: readonly Migration[]): string[] {
  const tables = columnsByTable(migrations)
  return TABLE_KINDS.flatMap((kind) => {
    const { table } = TABLES[kind]
    const columns = tables.get(table)
    if (columns === undefined) return [createTable(kind)]
    const wanted = columnsOf(kind)
    return wanted.flatMap((column, index) => {
      const found = columns.get(column.name)
      if (found === undefined) {
        const behind = wanted[index - 1]
        const place = behind === undefined ? 'FIRST' : `AFTER ${behind.name}`
        return [`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${definitionOf(column)} ${place}`]
      }
      return found === definitionOf(column)
        ? []
        : [`ALTER TABLE ${table} MODIFY COLUMN ${definitionOf(column)}`]
    })
  })
}

export function definitionOf({ name, type, codec }: Column): string {
  return `${name} ${type}${codec === '' ? '' : ` CODEC(${codec})`}`
}

/** table -> column -> definition, by our own way of writing CREATE TABLE and ALTER TABLE. */
function columnsByTable(migrations: readonly Migration[]): Map<string, Map<string, string>> {
  const tables = new Map<string, Map<string, string>>()
  for (const statement of migrations.flatMap(({ text }) => statementsOf(text))) {
    const [, created] = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement) ?? []
    if (created !== undefined) {
      const lines = [...statement.matchAll(/^ {4}((\w+) .*?),?$/gm)]
      tables.set(created, new Map(lines.map(([, text, name]) => [name!, text!])))
    }
    const altered =
      /^ALTER TABLE (\w+) (?:ADD COLUMN IF NOT EXISTS|MODIFY COLUMN) ((\w+) .*?)(?: AFTER \w+| FIRST)?$/.exec(
        statement,
      )
    if (altered !== null) tables.get(altered[1]!)?.set(altered[3]!, altered[2]!)
  }
  return tables
}
