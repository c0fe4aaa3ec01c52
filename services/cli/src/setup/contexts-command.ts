import { WaggleError } from '@waggle/base'
import { createWaggleClient, GatewayError } from '@waggle/client'
import { z } from 'zod'
import {
  defineCommand,
  flag,
  option,
  type CommandDeps,
  type CommandGroup,
} from '../program/command.ts'
import { printJson, printTable } from '../program/print.ts'
import { contextsPath, readContexts, writeContexts, type Context } from '../swarm/contexts.ts'
import { addressOf } from '../swarm/session.ts'

const text = z.string().min(1).max(512).optional()
const name = option(
  'NAME',
  'name of the context',
  z.string().regex(/^[\w.-]{1,128}$/, 'has letters, digits, ., _ and -'),
)

export const CONTEXTS: CommandGroup = {
  commands: {
    add: {
      summary: 'Keep an address, a token, a swarm and a run under a name, and select it',
      ...defineCommand({
        details: `An address as \`waggle dev\` prints it has its token in it. The file is readable by its owner alone.`,
        args: { name, address: option('ADDRESS', 'of the gateway', z.string().min(1)) },
        options: {
          token: option(
            'TOKEN',
            'the one in the address if left out; WAGGLE_TOKEN keeps it out of sight',
            text,
          ),
          swarm: option('NAME', 'swarm of commands that name none', text),
          run: option('NAME', 'run of commands that name none; live if left out', text),
          'no-check': flag('do not ask the gateway whether it knows the token'),
        },
        examples: ["contexts add desk 'http://127.0.0.1:4600/#token=SECRET' --swarm desk"],
        run: async (wanted, deps) => {
          const { url, token: inAddress } = addressOf(wanted.address)
          const token = wanted.token ?? deps.environment['WAGGLE_TOKEN'] ?? inAddress
          const { swarm, run } = wanted
          const context: Context = {
            url,
            ...(token === undefined ? {} : { token }),
            ...(swarm === undefined ? {} : { swarm }),
            ...(run === undefined ? {} : { run }),
          }
          if (!wanted['no-check']) await check(context)
          const { contexts } = readContexts(deps.environment)
          const all = { ...contexts, [wanted.name]: context }
          writeContexts(deps.environment, { selected: wanted.name, contexts: all })
          return say(deps, wanted.json, {
            selected: wanted.name,
            file: contextsPath(deps.environment),
          })
        },
      }),
    },
    select: {
      summary: 'Use a context where none is named',
      ...defineCommand({
        args: { name },
        examples: ['contexts select desk'],
        run: async (wanted, deps) => {
          const { contexts } = readContexts(deps.environment)
          known(contexts, wanted.name)
          writeContexts(deps.environment, { selected: wanted.name, contexts })
          return say(deps, wanted.json, { selected: wanted.name })
        },
      }),
    },
    ls: {
      summary: 'List them; tokens are not shown',
      ...defineCommand({
        examples: ['contexts ls', 'contexts ls --json'],
        run: async ({ json }, deps) => {
          const { selected, contexts } = readContexts(deps.environment)
          const rows = Object.entries(contexts).map(([of, { token, ...context }]) => {
            return { name: of, selected: of === selected, ...context, token: token !== undefined }
          })
          if (json) printJson(deps, rows)
          else {
            const cells = rows.map((row) => [
              row.selected ? '*' : ' ',
              row.name,
              row.url,
              row.swarm,
              row.run ?? 'live',
              row.token ? 'yes' : 'no',
            ])
            printTable(deps, [' ', 'NAME', 'URL', 'SWARM', 'RUN', 'TOKEN'], cells)
          }
          return 0
        },
      }),
    },
    rm: {
      summary: 'Forget one',
      ...defineCommand({
        args: { name },
        examples: ['contexts rm desk'],
        run: async (wanted, deps) => {
          const { selected, contexts } = readContexts(deps.environment)
          known(contexts, wanted.name)
          const rest = Object.entries(contexts).filter(([of]) => of !== wanted.name)
          const stays = selected === undefined || selected === wanted.name ? {} : { selected }
          writeContexts(deps.environment, { ...stays, contexts: Object.fromEntries(rest) })
          return say(deps, wanted.json, { removed: wanted.name })
        },
      }),
    },
  },
}

/** A wrong token is refused; a gateway that does not run now is no reason not to keep its address. */
async function check({ url, token }: Context): Promise<void> {
  try {
    await createWaggleClient({ url, token }).call('whoami', {})
  } catch (error) {
    if (!(error instanceof GatewayError) || error.problem.status !== 0) throw error
  }
}

function known(contexts: Readonly<Record<string, Context>>, wanted: string): void {
  if (Object.hasOwn(contexts, wanted)) return
  throw new WaggleError('NOT_FOUND', `No context ${wanted}`, { input: wanted })
}

function say(deps: CommandDeps, json: boolean, done: Readonly<Record<string, string>>): number {
  if (json) printJson(deps, done)
  else for (const [what, value] of Object.entries(done)) deps.out.write(`${what} ${value}\n`)
  return 0
}
