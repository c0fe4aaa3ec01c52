import type { Command, CommandGroup } from './command.ts'

export interface CommandEntry {
  readonly name: string
  readonly heading: string
  readonly summary: string
  /** A command's code is loaded when it is wanted: most need few of the engines. */
  load(): Promise<Command | CommandGroup>
}

const BUS = 'Run a bus:'
const SWARM = 'Ask a swarm, through its gateway or with --data:'
const PAST = 'The past again:'
const PROOF = 'Proof, views and archive:'
const SETUP = 'Set up:'

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    heading: BUS,
    summary: 'Five agents trade twenty years of daily bars through the bus',
    load: async () => (await import('../setup/demo-command.ts')).DEMO,
  },
  {
    name: 'dev',
    heading: BUS,
    summary: 'A bus with its gateway in this process',
    load: async () => (await import('../dev-command.ts')).DEV,
  },
  {
    name: 'trajectory',
    heading: PAST,
    summary: 'What an agent did or a line of thought was, in the order known',
    load: async () => (await import('../trajectory-command.ts')).TRAJECTORY,
  },
  {
    name: 'replay',
    heading: PAST,
    summary: 'Events in the order in which the swarm learned them',
    load: async () => (await import('../replay-command.ts')).REPLAY,
  },
  {
    name: 'backtest',
    heading: PAST,
    summary: 'Run an agent against what was recorded, without looking ahead',
    load: async () => (await import('../backtest-command.ts')).BACKTEST,
  },
  {
    name: 'fork',
    heading: PAST,
    summary: 'Fork a run, change one thing, and replay the rest',
    load: async () => (await import('../fork-command.ts')).FORK,
  },
  {
    name: 'diff',
    heading: PAST,
    summary: 'Compare two runs step by step',
    load: async () => (await import('../diff-command.ts')).DIFF,
  },
  {
    name: 'schemas',
    heading: PROOF,
    summary: 'Check, compare, release and register the schemas of events',
    load: async () => (await import('../schemas-command.ts')).SCHEMAS,
  },
  {
    name: 'recount',
    heading: PROOF,
    summary: 'Count votes and locks again, from the log alone',
    load: async () => (await import('../recount-command.ts')).RECOUNT,
  },
  {
    name: 'explain',
    heading: PROOF,
    summary: 'The events behind a number, as a pack that computes it again offline',
    load: async () => (await import('../explain-command.ts')).EXPLAIN,
  },
  {
    name: 'certify',
    heading: PROOF,
    summary: 'Certify every record of the log and what the views make of them',
    load: async () => (await import('../certify-command.ts')).CERTIFY,
  },
  {
    name: 'verify',
    heading: PROOF,
    summary: 'Compare the log with a certificate',
    load: async () => (await import('../verify-command.ts')).VERIFY,
  },
  {
    name: 'rebuild',
    heading: PROOF,
    summary: 'Build a view again beside the live one, compare, and switch',
    load: async () => (await import('../rebuild-command.ts')).REBUILD,
  },
  {
    name: 'archive',
    heading: PROOF,
    summary: 'Keep old records in Parquet; list, verify and restore them',
    load: async () => (await import('../archive-command.ts')).ARCHIVE,
  },
  {
    name: 'export',
    heading: PROOF,
    summary: 'Events of one kind into Parquet or Arrow',
    load: async () => (await import('../export-command.ts')).EXPORT,
  },
  {
    name: 'import',
    heading: PROOF,
    summary: 'Events out of CSV, Parquet or JSON lines',
    load: async () => (await import('../import-command.ts')).IMPORT,
  },
]

export const HEADINGS = [BUS, SWARM, PAST, PROOF, SETUP] as const
