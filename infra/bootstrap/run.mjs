// Entry of every npm script: makes the workspace ready, then runs a tool or a program on the pinned Node.
// Plain JavaScript on Node >= 20 with no dependencies, because it runs before anything is installed.
import { spawnSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PNPM = 'pnpm@12.21.0'
const nodeBinary = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

ensureInstalled()
runOnPinnedNode(withSettings(process.argv.slice(2)))

/** Installs exactly what the lockfile says, once per lockfile. */
function ensureInstalled() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .update(readFileSync(join(root, 'pnpm-workspace.yaml')))
    .digest('hex')
  const stamp = join(root, 'node_modules/.waggle-installed')
  if (existsSync(nodeBinary) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write(`Installing dependencies with ${PNPM} …\n`)
  const install = spawnSync('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, CI: 'true' },
  })
  if (install.status !== 0) {
    process.stderr.write('Installing failed: see the lines above, then run the command again.\n')
    process.exit(install.status ?? 1)
  }
  writeFileSync(stamp, lock)
}

/** `--env NAME=value` before the program sets a variable, on every system alike. */
function withSettings(args) {
  while (args[0] === '--env') {
    const [name, value] = args[1].split('=')
    process.env[name] = value
    args = args.slice(2)
  }
  return args
}

/** A path to a `.ts` file is run as it is; any other word names a tool of the root package. */
function runOnPinnedNode([program, ...args]) {
  const script = program.endsWith('.ts') ? join(root, program) : toolScript(program)
  const child = spawn(nodeBinary, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128))
}

function toolScript(tool) {
  const folder = tool === 'tsc' ? 'typescript' : tool
  const { bin } = JSON.parse(
    readFileSync(join(root, 'node_modules', folder, 'package.json'), 'utf8'),
  )
  return join(root, 'node_modules', folder, typeof bin === 'string' ? bin : bin[tool])
}
