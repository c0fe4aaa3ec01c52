import { ERROR_CODES, WaggleError } from '@waggle/base'
import { emptyAdmission, judgeBatch, readBatches, sourceOf } from '@waggle/consume'
import type { AdmissionState, Refusal } from '@waggle/consume'
import { DEAD_LETTER_TOPIC, derivedId, positionText, type Position } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import type { GatewayBus } from '../gateway-bus.ts'

const PAGE = 4096
const REPLAY_OF = 'waggle-replay-of'

/**
 * Appends the raw bytes of a dead letter again, to the partition they came from; the position they have now. Asked
 * twice, it answers twice with the same. What admission would still refuse is refused here, with its code, and
 * nothing is appended. NOT_FOUND where there is no dead letter.
 */
export async function replayDeadLetter(bus: GatewayBus, at: Position): Promise<Position> {
  const letter = await letterAt(bus, at)
  const source = sourceOf(letter.headers)
  const name = positionText(at)
  if (source === undefined || !Object.hasOwn(bus.log.topics, source.topic))
    throw new WaggleError('INPUT_INVALID', `${name} never stood in the log: import it again`)
  const stage = letter.headers['dlq-stage'] ?? ''
  if (stage !== 'admission')
    throw new WaggleError(
      'INPUT_INVALID',
      `Only ${stage} refused ${positionText(source)}, and all others have it: rebuild ${stage}`,
    )
  const done = await replayedAs(bus, source, name)
  if (done !== undefined) return done
  const { topic, partition } = source
  const [end] = await bus.log.ends([source])
  const record: LogRecord = { ...letter, ...end!, appendedAt: bus.clock.now() }
  const admission = await admissionBefore(bus, end!)
  const { refusals } = await judgeBatch(bus.codec, admission, {
    topic,
    partition,
    records: [record],
  })
  const [refusal] = refusals
  if (refusal !== undefined)
    throw new WaggleError(refusal.code, `${name} would be refused again: ${bare(refusal)}`)
  const [appended] = await bus.log.append([
    {
      topic,
      partition,
      key: letter.key,
      value: letter.value,
      headers: { ...ownHeaders(letter), [REPLAY_OF]: name },
      producer: { session: derivedId(`replay/${name}`), seq: 1 },
    },
  ])
  return appended!
}

/** The reason without the advice, which the error adds again. */
function bare({ code, reason }: Refusal): string {
  return reason.replace(ERROR_CODES[code][1], '').replace(/[.\s]+$/, '')
}

async function letterAt({ log }: GatewayBus, at: Position): Promise<LogRecord> {
  const found =
    at.topic === DEAD_LETTER_TOPIC && at.partition === 0
      ? await log.read(at, 1).catch(() => [])
      : []
  const [letter] = found
  if (letter?.offset === at.offset) return letter
  throw new WaggleError('NOT_FOUND', `There is no dead letter at ${positionText(at)}`, {
    input: positionText(at),
  })
}

function ownHeaders({ headers }: LogRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('source-'))
      .map(([name, value]) => [name.slice('source-'.length), value]),
  )
}

/** Where an earlier replay put it. */
async function replayedAs(
  { log }: GatewayBus,
  source: Position,
  name: string,
): Promise<Position | undefined> {
  for (let from = { ...source, offset: source.offset + 1n }; ;) {
    const [end] = await log.ends([source])
    if (from.offset >= end!.offset) return undefined
    const records = await log.read(from, PAGE)
    const last = records.at(-1)
    if (last === undefined) return undefined
    const found = records.find(({ headers }) => headers[REPLAY_OF] === name)
    if (found !== undefined) return found
    from = { ...from, offset: last.offset + 1n }
  }
}

/** Admission of everything before the end of a partition, from a view's checkpoint on where one has it. */
async function admissionBefore(bus: GatewayBus, end: Position): Promise<AdmissionState> {
  const runner = bus.runners.find(({ projection }) => projection.topics.includes(end.topic))
  const stored = (await runner?.projection.checkpoints()) ?? []
  const start = stored.find(
    ({ topic, partition }) => topic === end.topic && partition === end.partition,
  ) ?? { nextOffset: 0n, admission: emptyAdmission() }
  let { admission } = start
  for await (const batch of readBatches(bus, end, start)) admission = batch.admission
  return admission
}
