import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { messageOf, WaggleError } from '@waggle/base'

/** The package exports its code only; its data lie beside it. */
const SP500 = new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets'))

const schema = z.strictObject({
  /** CSV with date,open,high,low,close,volume; the S&P 500 from 2000 to 2020 if left out. */
  bars: z.string().default(() => fileURLToPath(SP500)),
  symbol: z
    .string()
    .regex(/^[A-Za-z0-9._^-]{1,32}$/, 'a symbol has 1 to 32 letters, digits, ., _, ^ or -')
    .default('SPX'),
  /** Folder of the log and the analytical store. */
  data: z.string().min(1).default('.waggle/demo'),
  /** Forget the folder's content first. */
  fresh: z.boolean().default(false),
  /** Last day to trade. */
  until: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date is YYYY-MM-DD')
    .optional(),
  /** The day the as-of question is about. */
  'as-of': z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date is YYYY-MM-DD')
    .default('2008-09-12'),
  /** On a cluster: the one that WAGGLE_ variables name, else one started for the demo. */
  cluster: z.boolean().default(false),
  quiet: z.boolean().default(false),
})

export type DemoArguments = z.output<typeof schema>

/** Command line -> complete arguments; one CONFIG_INVALID that lists every bad one. */
export function parseDemoArguments(argv: readonly string[]): DemoArguments {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  let values: object
  try {
    const options = {
      bars: text,
      symbol: text,
      data: text,
      until: text,
      'as-of': text,
      fresh: flag,
      cluster: flag,
      quiet: flag,
    }
    values = parseArgs({ args: [...argv], options, strict: true }).values
  } catch (error) {
    throw new WaggleError('CONFIG_INVALID', messageOf(error), { cause: error })
  }
  const parsed = schema.safeParse({ ...values })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`)
  throw new WaggleError('CONFIG_INVALID', problems.join('; '))
}
