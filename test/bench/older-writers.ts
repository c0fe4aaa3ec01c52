import { avroTypeOf, FRAME_HEADER_BYTES, WriterSchema } from '@waggle/codec'
import { SCHEMAS, validateEvent, type WaggleEvent } from '@waggle/event'
import { readCapsule, releasedSchemas } from '../support/capsule.ts'
import { interleaved, line, verify } from './measure.ts'

const ROUNDS = 5
const PASSES = 4000

/**
 * Events of older writers, checked and decoded: by the layout compiled once per writer, against avsc's resolver with a
 * validation of what it gives, which is how schemas outside our rules of evolution are read. The newest version beside it.
 */
export async function benchOlderWriters(): Promise<string[]> {
  const older = releasedSchemas().find(({ kind, version }) => kind === 'signal' && version === 1)!
  const reader = avroTypeOf(SCHEMAS.signal)
  const resolver = reader.createResolver(avroTypeOf(older.schema))
  const writer = new WriterSchema(1, older.schema, reader)
  const newest = new WriterSchema(2, SCHEMAS.signal as never, reader)
  const frames = readCapsule(older).events.map(({ body }) =>
    Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), Buffer.from(body, 'base64')]),
  )
  const now = frames.map((frame) => {
    const { kind: _kind, ...event } = writer.decode(frame)
    return Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), reader.toBuffer(event)])
  })
  const checked = (by: WriterSchema) => (frame: Buffer) => {
    by.check(frame)
    return by.decode(frame)
  }
  const resolve = (frame: Buffer): WaggleEvent => {
    const { value } = reader.decode(frame, FRAME_HEADER_BYTES, resolver) as { value: object }
    return validateEvent({ kind: 'signal', ...value } as never)
  }
  verify(
    frames.every((frame) => resolve(frame).id === writer.decode(frame).id),
    'both read the same',
  )
  const names = ['newest version', 'version 1, compiled', 'version 1, avsc resolver + validation']
  const samples = await interleaved(ROUNDS, [
    { name: names[0]!, run: async () => rate(now, checked(newest)) },
    { name: names[1]!, run: async () => rate(frames, checked(writer)) },
    { name: names[2]!, run: async () => rate(frames, resolve) },
  ])
  return [
    'Signals of an older writer, checked and decoded',
    ...names.map((name) => line(name, samples.get(name)!, 'events/s')),
  ]
}

function rate(frames: readonly Buffer[], read: (frame: Buffer) => WaggleEvent): number {
  const start = performance.now()
  let seqs = 0
  for (let pass = 0; pass < PASSES; pass++) for (const frame of frames) seqs += read(frame).seq
  verify(seqs > 0, 'events were read')
  return (PASSES * frames.length * 1000) / (performance.now() - start)
}
