import { WaggleError } from '@waggle/base'
import type { Parameter, Procedure } from '@waggle/event'

/** What JSON.parse gives. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A step with its parameters filled in. */
export interface BoundStep {
  readonly action: string
  /** Null where the agent does it itself. */
  readonly tool: string | null
  readonly arguments: Json
}

export type Definition = Pick<Procedure, 'name' | 'steps' | 'parameters'>

/** `${name}`, or `$${` for the characters themselves. */
const PLACEHOLDER = /\$\$\{|\$\{([^{}]*)\}/g

/**
 * The steps of a procedure for these arguments. A text that is nothing but `${name}` becomes the value itself, with
 * its type; within a longer text, values that are no texts stand as JSON; `$${` is `${`. Values are put into parsed
 * JSON and are not looked into again, so no value can change a step's form or name other parameters.
 * PARAMETER_INVALID names every parameter that is missing, unknown, or of another type.
 */
export function bindParameters(
  procedure: Definition,
  given: Readonly<Record<string, unknown>>,
): BoundStep[] {
  const problems: string[] = []
  const values = new Map<string, Json>()
  for (const parameter of procedure.parameters) {
    const value = valueOf(parameter, given, problems)
    if (value !== undefined) values.set(parameter.name, value)
  }
  for (const name of Object.keys(given)) {
    if (!procedure.parameters.some((parameter) => parameter.name === name))
      problems.push(`${name} is no parameter`)
  }
  const steps = procedure.steps.map(({ action, tool, arguments: text }, index) => ({
    action: action.replace(PLACEHOLDER, (match, name?: string) => textFor(match, name, values)),
    tool,
    arguments: substitute(parse(text, `step ${index + 1}`, problems), (name) => {
      const isKnown = procedure.parameters.some((parameter) => parameter.name === name)
      if (!isKnown) problems.push(`step ${index + 1} asks for ${name}, which is no parameter`)
      return values.get(name) ?? null
    }),
  }))
  if (problems.length === 0) return steps
  throw new WaggleError(
    'PARAMETER_INVALID',
    `Procedure ${procedure.name}: ${[...new Set(problems)].join('; ')}`,
    { input: problems },
  )
}

/** Whether a value is what a parameter takes. */
export function fitsParameter({ type }: Pick<Parameter, 'type'>, value: unknown): value is Json {
  switch (type) {
    case 'STRING':
      return typeof value === 'string'
    case 'NUMBER':
      return typeof value === 'number' && Number.isFinite(value)
    case 'INTEGER':
      return Number.isSafeInteger(value)
    case 'BOOLEAN':
      return typeof value === 'boolean'
    case 'JSON':
      return isJson(value)
  }
}

/** Undefined where it is not given, or not what it should be. */
function valueOf(
  parameter: Parameter,
  given: Readonly<Record<string, unknown>>,
  problems: string[],
): Json | undefined {
  const { name, type, required, default_value: fallback } = parameter
  const isGiven = Object.hasOwn(given, name) && given[name] !== undefined
  if (!isGiven && fallback === null) {
    if (required) problems.push(`${name} is missing`)
    return undefined
  }
  const value = isGiven ? given[name] : parse(fallback!, `the default of ${name}`, problems)
  if (fitsParameter(parameter, value)) return value
  problems.push(`${name} is no ${type}`)
  return undefined
}

function parse(text: string, what: string, problems: string[]): Json {
  try {
    return text === '' ? {} : (JSON.parse(text) as Json)
  } catch {
    problems.push(`${what} is no JSON`)
    return null
  }
}

function substitute(json: Json, valueFor: (name: string) => Json): Json {
  if (typeof json === 'string') return substituteText(json, valueFor)
  if (typeof json !== 'object' || json === null) return json
  if (isArray(json)) return json.map((item) => substitute(item, valueFor))
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, substitute(value, valueFor)]),
  )
}

function substituteText(text: string, valueFor: (name: string) => Json): Json {
  const whole = /^\$\{([^{}]*)\}$/.exec(text)
  if (whole !== null) return valueFor(whole[1]!)
  return text.replace(PLACEHOLDER, (_match, name?: string) =>
    name === undefined ? '${' : asText(valueFor(name)),
  )
}

/** In words of an action, a parameter without a value stays as it is written. */
function textFor(match: string, name: string | undefined, values: Map<string, Json>): string {
  if (name === undefined) return '${'
  const value = values.get(name)
  return value === undefined ? match : asText(value)
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return typeof value === 'object' && Object.values(value).every(isJson)
}
