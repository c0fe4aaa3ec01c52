import type { EngineSession } from './engine.ts'
import { quoted } from './query-settings.ts'

const TABLES = `SELECT table, max(name = 'swarm') FROM system.columns
WHERE database = currentDatabase() AND table IN
  (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine != 'View')
GROUP BY table`

/**
 * A row policy without users, which chdb has not: the value of `additional_table_filters` that leaves the rows of
 * one swarm, or of several, of every table, and no row of a table that has no swarm. Views read filtered tables. Made for
 * each query, so that a new table is never open for a while.
 */
export async function swarmFilter(
  session: Pick<EngineSession, 'lines'>,
  database: string,
  swarm: string | readonly string[],
): Promise<string> {
  const names = [swarm].flat().map(quoted).join(', ')
  const filters = (await session.lines(TABLES))
    .filter((line) => line !== '')
    .map((line) => {
      const [table = '', hasSwarm] = line.split('\t')
      const filter = hasSwarm === '1' && names !== '' ? `swarm IN (${names})` : '0'
      return `${quoted(`${database}.${table}`)}: ${quoted(filter)}`
    })
  return `{${filters.join(', ')}}`
}
