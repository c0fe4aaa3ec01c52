import { WaggleError } from '@waggle/base'
import { z } from 'zod'

/**
 * Contents of the well-known types of documents. Fields beside those named are kept as they are; figures to search
 * by stand in the document's metrics. Times are microseconds, amounts that must be exact are decimal texts, rates
 * and ratios are numbers.
 */
const text = z.string().min(1).max(1024)
const count = z.number().int().nonnegative()
const decimal = z
  .string()
  .regex(/^-?\d{1,28}(\.\d{1,9})?$/, 'a decimal text with up to nine digits')
const micros = z.number().int()

export const DOCUMENT_TYPES = {
  /** A version of a model that agents think or predict with. */
  model: z.looseObject({
    model_id: text,
    model_version: text,
    cutoff: micros.nullable().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    trained_from: micros.optional(),
    trained_to: micros.optional(),
    artifact: text.optional(),
  }),
  /** How a strategy did over a time. */
  strategy_metrics: z.looseObject({
    strategy: text,
    from: micros,
    to: micros,
    trades: count.optional(),
    total_return: z.number().optional(),
    sharpe: z.number().optional(),
    max_drawdown: z.number().min(0).max(1).optional(),
    win_rate: z.number().min(0).max(1).optional(),
  }),
  /** What a portfolio risks at a time. */
  risk_metrics: z.looseObject({
    portfolio: text,
    at: micros,
    value_at_risk: decimal.optional(),
    expected_shortfall: decimal.optional(),
    level: z.number().min(0).max(1).optional(),
    volatility: z.number().nonnegative().optional(),
    gross_exposure: decimal.optional(),
  }),
  /** A backtest and what it found; `run` names its events in the log. */
  backtest: z.looseObject({
    strategy: text,
    run: text.nullable().optional(),
    from: micros,
    to: micros,
    configuration: z.record(z.string(), z.unknown()).optional(),
    trades: count.optional(),
    total_return: z.number().optional(),
  }),
  /** What a tool was asked and what it answered. */
  tool_result: z.looseObject({
    tool: text,
    arguments: z.unknown(),
    result: z.unknown(),
    success: z.boolean(),
    duration_ms: z.number().nonnegative().optional(),
    error: z.string().optional(),
  }),
  /** Accounts as a broker has them. */
  broker_state: z.looseObject({
    broker: text,
    account: text,
    at: micros,
    cash: decimal,
    positions: z.array(
      z.looseObject({ instrument: text, quantity: decimal, average_price: decimal.optional() }),
    ),
    open_orders: z.array(z.unknown()).optional(),
  }),
  /** A part of an agent's context that it edits itself. */
  block: z.looseObject({
    label: text,
    value: z.string(),
    limit: count.optional(),
    read_only: z.boolean().optional(),
    description: z.string().optional(),
  }),
  /** Settings of an agent, a strategy or a service. */
  config: z.record(z.string(), z.unknown()),
} as const

export type DocumentType = keyof typeof DOCUMENT_TYPES
export type DocumentContent<T extends DocumentType> = z.output<(typeof DOCUMENT_TYPES)[T]>

/** INPUT_INVALID names the paths of a well-known type's content that are wrong; other types take any content. */
export function checkDocument(type: string, content: unknown): void {
  if (!Object.hasOwn(DOCUMENT_TYPES, type)) return
  const parsed = DOCUMENT_TYPES[type as DocumentType].safeParse(content)
  if (parsed.success) return
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${['value', ...path].join('.')}: ${message}`,
  )
  const [first] = parsed.error.issues
  throw new WaggleError('INPUT_INVALID', `A document of type ${type}: ${problems.join('; ')}`, {
    field: ['value', ...first!.path].join('.'),
    input: problems,
  })
}
