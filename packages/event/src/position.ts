/** Where a record stands: offsets count from 0 within a partition, without gaps in our own engines. */
export interface Position {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** 'waggle.votes.v1/3': one name per partition, for map keys. */
export function partitionName(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`
}

/** 'waggle.votes.v1/3@17': the text form used in tokens, logs and JSON. */
export function positionText(at: Position): string {
  return `${at.topic}/${at.partition}@${at.offset}`
}

/** Topics are named as Kafka allows it. */
const POSITION = /^([A-Za-z0-9._-]+)\/(\d+)@(\d+)$/

/** The inverse of positionText; undefined for any other text. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text)
  if (match === null) return undefined
  const [, topic = '', partition = '', offset = ''] = match
  return { topic, partition: Number(partition), offset: BigInt(offset) }
}

/** Total order over positions: topic, partition, offset. Not an order in time. */
export function comparePositions(a: Position, b: Position): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  if (a.partition !== b.partition) return a.partition - b.partition
  return a.offset < b.offset ? -1 : a.offset > b.offset ? 1 : 0
}
