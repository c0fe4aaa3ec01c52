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
    name: 'mcp',
    heading: BUS,
    summary: 'The memory for clients of the Model Context Protocol, over standard input and output',
    load: async () => (await import('../mcp-command.ts')).MCP,
  },
  {
    name: 'swarms',
    heading: SWARM,
    summary: 'Swarms and runs that there are',
    load: async () => (await import('../swarm/swarms-command.ts')).SWARMS,
  },
  {
    name: 'agents',
    heading: SWARM,
    summary: 'Members with roles, weights and whether they are heard',
    load: async () => (await import('../swarm/agents-command.ts')).AGENTS,
  },
  {
    name: 'get',
    heading: SWARM,
    summary: 'One agent, event, memory, proposal or lock, whole',
    load: async () => (await import('../swarm/get-command.ts')).GET,
  },
  {
    name: 'recall',
    heading: SWARM,
    summary: 'Memories that say something like a text, best first',
    load: async () => (await import('../swarm/recall-command.ts')).RECALL,
  },
  {
    name: 'votes',
    heading: SWARM,
    summary: 'Proposals, open or decided, and who voted',
    load: async () => (await import('../swarm/votes-command.ts')).VOTES,
  },
  {
    name: 'locks',
    heading: SWARM,
    summary: 'Locks in use, and the history of one',
    load: async () => (await import('../swarm/locks-command.ts')).LOCKS,
  },
  {
    name: 'signals',
    heading: SWARM,
    summary: 'Signals alive, with acknowledgments',
    load: async () => (await import('../swarm/signals-command.ts')).SIGNALS,
  },
  {
    name: 'tail',
    heading: SWARM,
    summary: 'Events as they become known',
    load: async () => (await import('../swarm/tail-command.ts')).TAIL,
  },
  {
    name: 'emit',
    heading: SWARM,
    summary: 'Emit events',
    load: async () => (await import('../swarm/emit-command.ts')).EMIT,
  },
  {
    name: 'sql',
    heading: SWARM,
    summary: 'One SELECT of an analyst',
    load: async () => (await import('../swarm/sql-command.ts')).SQL,
  },
  {
    name: 'lag',
    heading: SWARM,
    summary: 'Views with position, lag and faults',
    load: async () => (await import('../swarm/lag-command.ts')).LAG,
  },
  {
    name: 'dlq',
    heading: SWARM,
    summary: 'Refused records: list, show and replay',
    load: async () => (await import('../swarm/dlq-command.ts')).DLQ,
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
  {
    name: 'doctor',
    heading: SETUP,
    summary: 'Look at this machine and name what to do',
    load: async () => (await import('../setup/doctor-command.ts')).DOCTOR,
  },
  {
    name: 'init',
    heading: SETUP,
    summary: 'A new agent project that runs at once',
    load: async () => (await import('../setup/init-command.ts')).INIT,
  },
  {
    name: 'contexts',
    heading: SETUP,
    summary: 'Gateways by name: add, select, list and remove',
    load: async () => (await import('../setup/contexts-command.ts')).CONTEXTS,
  },
  {
    name: 'token',
    heading: SETUP,
    summary: 'A new token for a gateway, and its entry in the tokens file',
    load: async () => (await import('../setup/token-command.ts')).TOKEN,
  },
  {
    name: 'completion',
    heading: SETUP,
    summary: 'Completion for bash, zsh or fish',
    load: async () => (await import('../setup/completion-command.ts')).COMPLETION,
  },
  {
    name: 'bench',
    heading: SETUP,
    summary: 'Figures of this machine',
    load: async () => (await import('../setup/bench-command.ts')).BENCH,
  },
]
