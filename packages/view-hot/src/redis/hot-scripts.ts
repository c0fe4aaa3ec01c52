import { createHash } from 'node:crypto'
import { messageOf } from '@waggle/base'
import type { HotWrite } from './hot-writes.ts'
import type { RedisClient } from './redis-link.ts'

/**
 * Moves a partition from one position to another with its effect, or does nothing and says where it is.
 * What a partition holds is a function of its position; so if the position is the expected one, the writes
 * computed for it are right, whoever else has written before. A write that fails after others have taken effect (a
 * key of another type, put there by someone else) takes the position away: the partition is then rebuilt.
 *
 *   KEYS  position, hold, then the keys of the effect
 *   ARGV  expected offset, then for each write: index in KEYS, command, number of arguments, arguments
 */
const APPLY = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 'HELD' end
local stored = redis.call('HGET', KEYS[1], 'next_offset') or '0'
if stored ~= ARGV[1] then return stored end
local at = 2
while at <= #ARGV do
  local last = at + 2 + ARGV[at + 2]
  local reply = redis.pcall(ARGV[at + 1], KEYS[tonumber(ARGV[at])], unpack(ARGV, at + 3, last))
  if type(reply) == 'table' and reply.err then
    if at > 2 then redis.call('DEL', KEYS[1]) end
    return reply
  end
  at = last + 1
end
return 'OK'`

/** Drops keys of a partition that has no position: what a loss or an unfinished reset left behind. */
const DROP = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1`

/** Writes to a text key only if it still is what it was. */
const SWAP = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`

/** The first write is that of the position. Undefined when applied; else the offset at which the partition stands. */
export async function runApply(
  client: RedisClient,
  expected: bigint,
  hold: string,
  writes: readonly HotWrite[],
): Promise<bigint | 'held' | undefined> {
  const keys = new Map([
    [writes[0]!.key, 1],
    [hold, 2],
  ])
  const args = [String(expected)]
  for (const write of writes) {
    const index = keys.get(write.key) ?? keys.size + 1
    keys.set(write.key, index)
    args.push(String(index), write.command, String(write.args.length))
    for (const arg of write.args) args.push(String(arg))
  }
  const reply = await runScript(client, APPLY, [...keys.keys()], args)
  if (reply === 'OK') return undefined
  return reply === 'HELD' ? 'held' : BigInt(reply as string)
}

/** False where the key is not `before` any more. */
export async function runSwap(
  client: RedisClient,
  key: string,
  before: string,
  after: string,
): Promise<boolean> {
  return (await runScript(client, SWAP, [key], [before, after])) === 1
}

export async function runDrop(
  client: RedisClient,
  position: string,
  keys: readonly string[],
): Promise<void> {
  await runScript(client, DROP, [position, ...keys], [])
}

const hashes = new Map(
  [APPLY, DROP, SWAP].map((text) => [text, createHash('sha1').update(text).digest('hex')]),
)

/** By hash; a server that has forgotten the script gets its text. */
async function runScript(
  client: RedisClient,
  script: string,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  const rest = [...keys, ...args]
  try {
    return await client.evalsha(hashes.get(script)!, keys.length, rest)
  } catch (error) {
    if (!messageOf(error).startsWith('NOSCRIPT')) throw error
    return client.eval(script, keys.length, rest)
  }
}
