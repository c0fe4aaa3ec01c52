import { judgeBatch, knownEventOf, type AdmittedRecord, type AdmissionState } from '@waggle/consume'
import type { Micros } from '@waggle/base'
import { partitionName, type Message, type Position } from '@waggle/event'
import type { LogBatch } from '@waggle/log'
import { openWhole } from '@waggle/vault'
import type { AdmissionIndex } from './admission-index.ts'
import type { ChannelMatcher } from './channel-pattern.ts'
import type { AgentBus } from './coordination-bus.ts'

export const MESSAGE_TOPIC = 'waggle.messages.v1'

/** A message as an agent receives it. */
export interface Received {
  readonly message: Message
  readonly position: Position
  /** When the swarm counts it as known. */
  readonly knownFrom: Micros
}

/** What of the messages an agent sees. */
export interface Sight {
  readonly matches: ChannelMatcher
  /** Its own messages too. */
  readonly echo: boolean
}

/** Batches of admitted records of messages from these positions on; ends when the signal aborts. */
export async function* admittedMessages(
  { log, codec }: AgentBus,
  index: AdmissionIndex,
  from: readonly Position[],
  options: { readonly signal: AbortSignal; readonly maxRecords: number },
): AsyncGenerator<LogBatch & { readonly admitted: readonly AdmittedRecord[] }> {
  const admissions = new Map<string, AdmissionState>()
  for (const position of from) admissions.set(partitionName(position), await index.at(position))
  for await (const batch of log.tail(from, options)) {
    const name = partitionName(batch)
    const judged = await judgeBatch(codec, admissions.get(name)!, batch)
    admissions.set(name, judged.admission)
    yield { ...batch, admitted: judged.admitted }
  }
}

/** The message of a record if this agent sees it: of its swarm and run, for it or for all, matching. Still sealed. */
export function receive(
  { swarm, run, agent }: AgentBus,
  record: AdmittedRecord,
  { matches, echo }: Sight,
): Received | undefined {
  const { envelope, writer } = record
  if (writer.kind !== 'message' || envelope.swarm !== swarm || envelope.run !== run)
    return undefined
  if (envelope.agent === agent && !echo) return undefined
  const { event, position, knownFrom } = knownEventOf(record)
  const message = event as Message
  if (
    message.recipient !== null &&
    message.recipient !== agent &&
    !(echo && message.agent === agent)
  )
    return undefined
  return matches(message.channel) ? { message, position, knownFrom } : undefined
}

/** As its reader may have it: opened where it is about somebody, undefined once that is erased. */
export async function openReceived(
  { vault }: AgentBus,
  received: Received | undefined,
): Promise<Received | undefined> {
  if (received === undefined) return undefined
  const message = await openWhole(vault, received.message)
  return message && { ...received, message }
}
