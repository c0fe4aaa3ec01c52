import {
  createNoopMeter,
  metrics,
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
} from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions'
import {
  METRIC_MESSAGING_CLIENT_CONSUMED_MESSAGES,
  METRIC_MESSAGING_CLIENT_OPERATION_DURATION,
  METRIC_MESSAGING_CLIENT_SENT_MESSAGES,
  METRIC_MESSAGING_PROCESS_DURATION,
} from '@opentelemetry/semantic-conventions/incubating'
import { systemClock } from '@waggle/base'
import { DURATION_BUCKETS } from './duration-buckets.ts'
import { errorTypeOf } from './span.ts'

export interface Instruments {
  readonly operationDuration: Histogram
  readonly sentMessages: Counter
  readonly consumedMessages: Counter
  readonly processDuration: Histogram
  readonly requestDuration: Histogram
}

const nobody = createNoopMeter()
/** How long something took is the machine's time, as it is for spans. */
const { now } = systemClock()
let known: { provider: MeterProvider; instruments: Instruments | undefined } | undefined

/**
 * Undefined where no SDK for metrics is registered. Other than a tracer, a meter that was taken before the SDK came stays
 * dead, so it is looked for at every use.
 */
export function instruments(): Instruments | undefined {
  const provider = metrics.getMeterProvider()
  if (known?.provider !== provider) {
    const meter = provider.getMeter('waggle')
    known = { provider, instruments: meter === nobody ? undefined : instrumentsOf(meter) }
  }
  return known.instruments
}

function instrumentsOf(meter: Meter): Instruments {
  const duration = (name: string, description: string): Histogram =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: [...DURATION_BUCKETS] },
    })
  const messages = (name: string, description: string): Counter =>
    meter.createCounter(name, { description, unit: '{message}' })
  return {
    operationDuration: duration(METRIC_MESSAGING_CLIENT_OPERATION_DURATION, 'Time of an append'),
    sentMessages: messages(METRIC_MESSAGING_CLIENT_SENT_MESSAGES, 'Records appended'),
    consumedMessages: messages(
      METRIC_MESSAGING_CLIENT_CONSUMED_MESSAGES,
      'Records given to a view',
    ),
    processDuration: duration(METRIC_MESSAGING_PROCESS_DURATION, 'Time a view takes for a batch'),
    requestDuration: duration(
      METRIC_HTTP_SERVER_REQUEST_DURATION,
      'Time until the answer to a request began',
    ),
  }
}

/** Runs, and notes how many seconds it took; what it throws is noted as the error's type, and thrown on. */
export async function timed<T>(
  note: (seconds: number, error: Attributes) => void,
  run: () => Promise<T>,
): Promise<T> {
  const start = now()
  const seconds = (): number => Math.max(0, now() - start) / 1e6
  try {
    const result = await run()
    note(seconds(), {})
    return result
  } catch (error) {
    note(seconds(), { [ATTR_ERROR_TYPE]: errorTypeOf(error) })
    throw error
  }
}
