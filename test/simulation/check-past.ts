import { textOf } from '../support/past-answers.ts'
import { scoped, type History } from './history.ts'
import type { Question } from './historian.ts'

/** A sealed answer is final: the same question is answered by the same bytes and positions, whatever came since. */
export function sealedStands({ past }: History): string[] {
  return past.flatMap(({ answer, byTime, ...question }) => {
    if (byTime === undefined) return []
    if (!byTime.sealed) return [`${nameOf(question)} is no longer sealed`]
    const same =
      byTime.text === answer.text && textOf(byTime.positions) === textOf(answer.positions)
    return same ? [] : [`${nameOf(question)} was sealed and is another now`]
  })
}

/** Every answer names what it rests on: asked as of its positions it is the same, sealed or not. */
export function positionsStand({ past }: History): string[] {
  return past.flatMap(({ answer, byPositions, ...question }) =>
    byPositions === undefined || (byPositions.sealed && byPositions.text === answer.text)
      ? []
      : [`${nameOf(question)} is another as of its positions`],
  )
}

/** Snapshots change nothing: from those of any turn each answer is made that the log alone gave. */
export function snapshotsAgree({ past, refusedSnapshots }: History): string[] {
  const found = past.flatMap(({ answer, fromSnapshots, ...question }) =>
    fromSnapshots === undefined || fromSnapshots.text === answer.text
      ? []
      : [`${nameOf(question)} is another from snapshots`],
  )
  return [...found, ...refusedSnapshots]
}

/** A replay resumed by its tokens gives what one gives that is never broken off. */
export function replaysResume({ replays }: History): string[] {
  return replays.flatMap(({ query, expected, given }) => {
    const at = Array.from(
      { length: Math.max(expected.length, given.length) },
      (_, index) => index,
    ).find((index) => expected[index] !== given[index])
    if (at === undefined) return []
    const name = scoped(query, JSON.stringify(query.of ?? {}))
    return [`the replay of ${name} gives ${given[at]} as event ${at}, not ${expected[at]}`]
  })
}

/** A fork that changes nothing is its parent at the cut: equal digests, equal answers. */
export function forksBegin({ forks }: History): string[] {
  return forks.flatMap(({ run, view, text, parentText, digests, parentDigests }) => {
    const names = Object.keys(digests).filter((name) => digests[name] !== parentDigests[name])
    const found = names.map((name) => `${name} of ${run} has another digest than its parent's`)
    return text === parentText
      ? found
      : [...found, `${view} of ${run} says other than its parent's`]
  })
}

function nameOf({ of, scope, asOf }: Question): string {
  return `${scoped(scope, of)} as of ${asOf}`
}
