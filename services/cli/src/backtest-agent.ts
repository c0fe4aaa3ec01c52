import { existsSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { silentLogger, WaggleError, type Clock } from '@waggle/base'
import type { BacktestAgent, ProgramAgent, RunTarget } from '@waggle/backtest'
import { createCodec } from '@waggle/codec'
import { PARTITIONS } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry } from '@waggle/registry'
import { openEmbeddedBus } from '@waggle-services/embedded'

export interface OpenedAgent {
  readonly agent: BacktestAgent
  /** File name without its ending. */
  readonly name: string
  readonly target: RunTarget
  close(): Promise<void>
}

/** The agent that a file exports, with where it writes: the log given, else memory. NOT_FOUND without the file. */
export async function openBacktestAgent(
  path: string,
  kept: RunTarget | undefined,
  clock: Clock,
): Promise<OpenedAgent> {
  const exported = await exportsOf(path)
  const name = basename(path, extname(path))
  if (typeof exported['program'] === 'function') {
    const program = exported['program'] as ProgramAgent['program']
    return openProgram(path, name, program, kept, clock)
  }
  const { default: agent } = exported
  const isPull = typeof agent === 'object' && agent !== null && 'pull' in agent
  if (typeof agent !== 'function' && !isPull) {
    const what = 'neither a default export that is an agent nor a `program`'
    throw new WaggleError('INPUT_INVALID', `${path} has ${what}`, { input: path })
  }
  const target = kept ?? (await openMemory(clock))
  return { agent: agent as BacktestAgent, name, target, close: async () => {} }
}

/** A program has a bus of its own, whose views keep what it remembers. */
async function openProgram(
  path: string,
  name: string,
  program: ProgramAgent['program'],
  kept: RunTarget | undefined,
  clock: Clock,
): Promise<OpenedAgent> {
  if (kept !== undefined) {
    const what = 'runs on a bus in memory; --keep is for agents that are functions'
    throw new WaggleError('CONFIG_INVALID', `--keep: the program of ${path} ${what}`)
  }
  const settings = {
    dataDir: 'none',
    log: 'memory',
    analytics: 'off',
    bank: 'on',
    tickMs: 0,
  } as const
  const bus = await openEmbeddedBus(settings, { clock, logger: silentLogger })
  return { agent: { bus, program }, name, target: bus, close: () => bus.stop() }
}

async function exportsOf(path: string): Promise<Record<string, unknown>> {
  const file = resolve(path)
  if (!existsSync(file))
    throw new WaggleError('NOT_FOUND', `There is no file ${path}`, { input: path })
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>
}

async function openMemory(clock: Clock): Promise<RunTarget> {
  const log = createMemoryLog({ topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  return { log, codec }
}
