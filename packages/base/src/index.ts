export { assert } from './assert.ts'
export { isoOf, manualClock, microsOf, systemClock } from './clock.ts'
export type { Clock, ManualClock, Micros } from './clock.ts'
export {
  DECIMAL_PRECISION,
  DECIMAL_SCALE,
  decimalFromNumber,
  decimalToNumber,
  formatDecimal,
  multiplyDecimal,
  parseDecimal,
} from './decimal.ts'
export type { Decimal } from './decimal.ts'
export { readIfThere, replaceFile, syncPath, writeDurably } from './durable-file.ts'
export type { DurableWrite } from './durable-file.ts'
export { ERROR_CODES, isWaggleError, messageOf, WaggleError } from './errors.ts'
export type { ErrorCode, ErrorContext } from './errors.ts'
export { composeServices } from './lifecycle.ts'
export type { Service } from './lifecycle.ts'
export { LIMITS } from './limits.ts'
export { createLogger, silentLogger } from './logger.ts'
export type { Logger } from './logger.ts'
export { seededRandom, systemRandom } from './random.ts'
export type { Random } from './random.ts'
export { createPeriodic } from './periodic.ts'
export type { PeriodicOptions } from './periodic.ts'
