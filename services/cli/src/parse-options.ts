import { parseArgs } from 'node:util'
import { WaggleError } from '@waggle/base'
import type { z } from 'zod'

/** Command line -> what the schema gives; a flag is an option without a value. One CONFIG_INVALID lists every bad one. */
export function parseOptions<Schema extends z.ZodObject>(
  argv: readonly string[],
  schema: Schema,
  flags: readonly string[] = [],
): z.output<Schema> {
  const known = Object.keys(schema.shape)
  const options = Object.fromEntries(
    known.map((name) => [name, { type: flags.includes(name) ? 'boolean' : 'string' } as const]),
  )
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const strangers = tokens.flatMap((token) => {
    if (token.kind === 'positional') return [`${token.value}: unknown`]
    return token.kind === 'option' && !known.includes(token.name)
      ? [`${token.rawName}: unknown`]
      : []
  })
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => known.includes(key)))
  const parsed = schema.safeParse(own)
  const problems = [
    ...strangers,
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `--${path.join('.')}: ${message}`),
  ]
  if (parsed.success && problems.length === 0) return parsed.data
  throw new WaggleError('CONFIG_INVALID', problems.join('; '), { input: problems })
}
