import type { Micros } from '@waggle/base'
import type { Position, WaggleEvent } from '@waggle/event'
import { topicOf } from '@waggle/event'
import type { SwarmMemory } from './memory-state.ts'
import type { Memory } from './memory.ts'

/** Reads an event again from the log; undefined where a subject of it was erased. */
export type ReadBack = (position: Position) => Promise<WaggleEvent | undefined>

export function positionOf({ episodes: { rows } }: SwarmMemory, at: number): Position {
  return {
    topic: topicOf(rows.kind(at)),
    partition: rows.partition(at),
    offset: BigInt(rows.time('offset', at)),
  }
}

/** The whole memory of a row, where its content is in memory. */
export function memoryAt(swarm: SwarmMemory, at: number): Memory | undefined {
  const { rows, hot, opened, frames } = swarm.episodes
  const id = rows.id(at)
  const near = hot.get(id)
  if (near !== undefined) return near.memory
  const event = opened.get(id)
  if (event !== undefined) return memoryOf(swarm, at, event)
  const frame = frames.get(rows.frame(at))
  return frame === undefined ? undefined : memoryOf(swarm, at, frame.writer.decode(frame.bytes))
}

/** The same, from the log where it is archived. */
export async function readMemoryAt(
  swarm: SwarmMemory,
  at: number,
  readBack: ReadBack | undefined,
): Promise<Memory | undefined> {
  const near = memoryAt(swarm, at)
  if (near !== undefined || readBack === undefined) return near
  const id = swarm.episodes.rows.id(at)
  const event = await readBack(positionOf(swarm, at))
  // The row may have moved or gone while the log was read.
  const now = swarm.episodes.rows.rowOf(id)
  return event === undefined || now === undefined ? undefined : memoryOf(swarm, now, event)
}

function memoryOf(swarm: SwarmMemory, at: number, event: WaggleEvent): Memory {
  const { rows } = swarm.episodes
  const knownFrom: Micros = rows.time('knownFrom', at)
  const [kind, namespace] = [rows.kind(at), rows.text('namespace', at)]
  const position = positionOf(swarm, at)
  const { id, agent: source } = event
  return { id, kind, namespace, event, source, position, knownFrom, version: 1 }
}
