import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WaggleError } from '@waggle/base'
import { z } from 'zod'
import { defineCommand, option, VERSION } from '../program/command.ts'
import { selectedContext } from '../swarm/contexts.ts'
import { addressOf } from '../swarm/session.ts'
import { projectFiles } from './init-files.ts'

const name = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'has letters, digits, ., _ and -')
const text = z.string().min(1).optional()

export const INIT = defineCommand({
  details: `A package with an agent, a test and a README, which runs at once against \`waggle dev\`. The address and the token of the
selected context stand in its .env, where there is one.`,
  args: { dir: option('DIR', 'folder of the project; made, or empty', z.string().min(1)) },
  options: {
    agent: option('NAME', 'of the agent; the folder’s if left out', name.optional()),
    swarm: option('NAME', 'that it belongs to; the context’s, or desk', name.optional()),
    url: option('ADDRESS', 'of the gateway, as `waggle dev` prints it', text),
    context: option('NAME', 'a context, instead of the selected one', text),
    link: option('DIR', 'a checkout of the repository, whose client is taken', text),
  },
  examples: ['init my-agent', "init my-agent --url 'http://127.0.0.1:4600/#token=SECRET'"],
  run: async (wanted, { out, environment }) => {
    const dir = resolve(wanted.dir)
    if (existsSync(dir) && readdirSync(dir).length > 0)
      throw new WaggleError('CONFIG_INVALID', `${dir} is not empty: give another folder`)
    const context =
      wanted.url === undefined ? selectedContext(environment, wanted.context) : undefined
    const address = addressOf(wanted.url ?? context?.url ?? 'http://127.0.0.1:4600')
    const own = basename(dir).replace(/[^A-Za-z0-9._-]/g, '-')
    const files = projectFiles({
      name: own.toLowerCase(),
      agent: wanted.agent ?? own,
      swarm: wanted.swarm ?? context?.swarm ?? 'desk',
      client: clientFrom(wanted.link),
      url: address.url,
      token: address.token ?? context?.token ?? environment['WAGGLE_TOKEN'] ?? '',
    })
    mkdirSync(dir, { recursive: true })
    for (const [path, content] of Object.entries(files))
      writeFileSync(join(dir, path), content, { flag: 'wx', mode: path === '.env' ? 0o600 : 0o644 })
    const paths = Object.keys(files)
    const next = `cd ${wanted.dir} && npx pnpm install && npm test && npm start`
    out.write(
      wanted.json
        ? `${JSON.stringify({ dir, files: paths, next })}\n`
        : `${paths.map((path) => `${join(wanted.dir, path)}\n`).join('')}\n${next}\n`,
    )
    return 0
  },
})

const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url))

/** The client of a checkout, this program's own if it runs from one; else the published one. */
function clientFrom(link: string | undefined): string {
  const folder = join(resolve(link ?? CHECKOUT), 'packages/client')
  if (existsSync(join(folder, 'package.json'))) return `link:${folder}`
  if (link === undefined) return VERSION
  throw new WaggleError('NOT_FOUND', `--link: there is no packages/client in ${link}`)
}
