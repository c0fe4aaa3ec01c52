import { isWaggleError } from '@waggle/base'
import { parseDemoArguments } from './arguments.ts'
import { runDemo } from './run-demo.ts'

try {
  const held = await runDemo(parseDemoArguments(process.argv.slice(2)), process.env, process.stdout)
  process.exitCode = held ? 0 : 1
} catch (error) {
  process.stderr.write(
    `${isWaggleError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exitCode = isWaggleError(error, 'CONFIG_INVALID') ? 2 : 1
}
