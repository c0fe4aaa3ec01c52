import { z } from 'zod'
import { defineCommand, option, type CommandDeps } from '../program/command.ts'
import { painter, printJson } from '../program/print.ts'
import { readContexts } from '../swarm/contexts.ts'
import { checkContexts } from './check-contexts.ts'
import { runCheck, type Check, type Checked } from './check.ts'
import { DEFAULT_PORT, machineChecks } from './checks.ts'

export const DOCTOR = defineCommand({
  details: `Looks at this machine, at the cluster that WAGGLE_ variables name, and at the gateways of all contexts, and names what to
do about each thing that is not well.`,
  options: {
    data: option(
      'DIR',
      'folder of a bus: has to have space, and to be writable',
      z.string().min(1).default('.'),
    ),
    port: option(
      'PORT',
      'that has to be free',
      z.coerce.number().int().min(1).max(65_535).default(DEFAULT_PORT),
    ),
  },
  examples: ['doctor', 'doctor --json'],
  exits: 'Exit code 1: something that is needed is missing.',
  run: async ({ data, port, json }, deps) => {
    const found: Checked[] = []
    const machine = machineChecks({ folder: data, port, version: process.version })
    for (const check of [...machine, ...(await clusterOf(deps.environment))])
      found.push(await runCheck(check, deps))
    found.push(...(await checkContexts(readContexts(deps.environment), deps.clock)))
    const isWell = found.every(({ ok, needed }) => ok || !needed)
    if (json) printJson(deps, { ok: isWell, checks: found })
    else for (const one of found) deps.out.write(`${linesOf(one, deps)}\n`)
    return isWell ? 0 : 1
  },
})

/** Clients of a cluster are loaded where there is one. */
async function clusterOf(environment: CommandDeps['environment']): Promise<readonly Check[]> {
  if (environment['WAGGLE_KAFKA_BROKERS'] === undefined) return []
  const { clusterChecks } = await import('./check-cluster.ts')
  return clusterChecks(environment)
}

const WIDTH = 18

function linesOf({ name, ok, needed, found, fix }: Checked, deps: CommandDeps): string {
  const paint = painter(deps)
  const verdict = ok
    ? paint('green', 'ok  ')
    : needed
      ? paint('red', 'BAD ')
      : paint('yellow', '-   ')
  const line = `${verdict} ${name.padEnd(WIDTH)} ${found}`
  return ok ? line : `${line}\n     ${' '.repeat(WIDTH)} ${fix}`
}
