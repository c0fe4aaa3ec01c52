#!/usr/bin/env node
// Entry of `npx waggle`. Plain JavaScript, because it runs before anybody knows which Node this is: where it is too old
// for the program, the one the workspace brings along takes over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR = 24
const main = new URL('../src/main.ts', import.meta.url)

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) await import(main.href)
else {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const own = fileURLToPath(new URL(`../../../node_modules/node/bin/${name}`, import.meta.url))
  if (!existsSync(own)) {
    process.stderr.write(
      `CONFIG_INVALID: waggle needs Node ${NODE_MAJOR} or newer, this is ${process.version}. Install it from https://nodejs.org.\n`,
    )
    process.exit(2)
  }
  const child = spawn(own, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 128))
}
