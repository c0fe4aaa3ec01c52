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
    byPositions.sealed && byPositions.text === answer.text
      ? []
      : [`${nameOf(question)} is another as of its positions`],
  )
}

function nameOf({ of, scope, asOf }: Question): string {
  return `${scoped(scope, of)} as of ${asOf}`
}
