import type { Answer, Command } from './lock-model.ts'

/** One record and what it brought about. */
export interface Step {
  readonly command: Command
  readonly answers: readonly Answer[]
}

/** Looks at a history from outside; gives one line for each violation. */
export type Checker = (history: readonly Step[], permits: number) => string[]

/** Holders after every step, as the answers tell. */
function* holdersOver(history: readonly Step[]): Generator<ReadonlyMap<string, Answer>> {
  const holders = new Map<string, Answer>()
  for (const { answers } of history) {
    for (const answer of answers) {
      if (answer.status === 'GRANTED') holders.set(answer.who, answer)
      if (isEnd(answer)) holders.delete(answer.who)
    }
    yield holders
  }
}

function isEnd({ status, token }: Answer): boolean {
  return status === 'EXPIRED' || (status === 'RELEASED' && token !== null)
}

function overHolders(
  what: string,
  isWrong: (shared: number, exclusive: number, permits: number) => boolean,
): Checker {
  return (history, permits) => {
    const found: string[] = []
    for (const holders of holdersOver(history)) {
      const shared = [...holders.values()].filter(({ mode }) => mode === 'SHARED').length
      if (isWrong(shared, holders.size - shared, permits)) found.push(what)
    }
    return found
  }
}

export const neverTwoExclusive = overHolders(
  'two exclusive holders of a mutex',
  (_shared, exclusive, permits) => permits === 1 && exclusive > 1,
)

export const neverMixed = overHolders(
  'an exclusive and a shared holder',
  (shared, exclusive) => shared > 0 && exclusive > 0,
)

export const neverMoreThanPermits = overHolders(
  'more holders than permits',
  (_shared, exclusive, permits) => exclusive > permits,
)

/** A later grant never has a smaller token; of a mutex's exclusive grants, each has a larger one. */
export const tokensGrow: Checker = (history) => {
  const found: string[] = []
  const held = new Map<string, number>()
  let last = -1
  for (const [offset, { answers }] of history.entries()) {
    for (const answer of answers) {
      const { status, who, token } = answer
      if (isEnd(answer)) held.delete(who)
      if (status !== 'GRANTED' || held.get(who) === token) continue
      if (token! < last) found.push(`token ${token} after ${last}`)
      if (token !== offset) found.push(`token ${token} granted by record ${offset}`)
      held.set(who, token!)
      last = token!
    }
  }
  return found
}

/** Nobody is granted while one who asked before still waits. */
export const firstComeFirstServed: Checker = (history) => {
  const found: string[] = []
  const queue: string[] = []
  const leave = (who: string): void => {
    const at = queue.indexOf(who)
    if (at >= 0) queue.splice(at, 1)
  }
  const held = new Set<string>()
  for (const { command, answers } of history) {
    for (const answer of answers) {
      const { status, who, token } = answer
      if (status === 'QUEUED' && !queue.includes(who)) queue.push(who)
      if (status === 'TIMED_OUT' || (status === 'RELEASED' && token === null)) leave(who)
      // A try of a request that waits gives up its place; a refused release or renewal does not.
      if (status === 'REFUSED' && command.op === 'ACQUIRE') leave(who)
      if (isEnd(answer)) held.delete(who)
      if (status !== 'GRANTED' || held.has(who)) continue
      if (queue.length > 0 && queue[0] !== who) found.push(`${who} overtook ${queue[0]}`)
      leave(who)
      held.add(who)
    }
  }
  return found
}

/** Tokens of accepted writes, in order: once a newer holder has written, no older one is let through. */
export function staleWrites(accepted: readonly number[]): string[] {
  return accepted.flatMap((token, index) => {
    const newest = Math.max(...accepted.slice(0, index), -1)
    return token < newest ? [`a write with token ${token} after one with ${newest}`] : []
  })
}
