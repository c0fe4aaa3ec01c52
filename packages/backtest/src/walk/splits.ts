import { WaggleError, type Micros } from '@waggle/base'

/** From a time on and before another, in microseconds. */
export interface Span {
  readonly from: Micros
  readonly to: Micros
}

/** What is learned from, and what it is tried on. */
export interface Split {
  readonly train: Span
  readonly test: Span
}

export interface WalkForwardOptions extends Span {
  /** Least length of the training, in microseconds. */
  readonly train: Micros
  readonly test: Micros
  /** Time between training and test, for what lingers on: at least the horizon of what is learned. 0 if left out. */
  readonly embargo?: Micros
  /** `rolling` learns from the newest `train`, `expanding` from everything; rolling if left out. */
  readonly mode?: 'rolling' | 'expanding'
}

/** Tests follow each other without gap or overlap, each behind its training; a last one that does not fit is left out. */
export function walkForward(options: WalkForwardOptions): Split[] {
  const { from, to, train, test, embargo = 0, mode = 'rolling' } = options
  if (!(train > 0 && test > 0 && embargo >= 0))
    throw new WaggleError(
      'INPUT_INVALID',
      'Training and test have a length, an embargo is not negative',
    )
  const splits: Split[] = []
  for (let start = from + train + embargo; start + test <= to; start += test) {
    const end = start - embargo
    splits.push({
      train: { from: mode === 'rolling' ? end - train : from, to: end },
      test: { from: start, to: start + test },
    })
  }
  return splits
}

/** Something that was decided at a time and whose label was known at another. */
export interface LabelledSpan {
  readonly at: Micros
  readonly until: Micros
}

/**
 * Training samples that know nothing of the test: those whose label reaches into it are purged, and those that begin
 * within the embargo behind it (López de Prado 2018, 7.4.1 and 7.4.2).
 */
export function purged<Sample extends LabelledSpan>(
  samples: readonly Sample[],
  test: Span,
  embargo: Micros = 0,
): Sample[] {
  return samples.filter(({ at, until }) => until < test.from || at >= test.to + embargo)
}

export interface Fold<Sample> {
  readonly train: readonly Sample[]
  readonly test: readonly Sample[]
}

/**
 * Purged k-fold cross-validation (López de Prado 2018, snippet 7.3): each sample is tested once, against training that
 * neither overlaps its fold nor follows it closely. Samples stand in the order of their times.
 */
export function purgedFolds<Sample extends LabelledSpan>(
  samples: readonly Sample[],
  folds: number,
  embargo: Micros = 0,
): Fold<Sample>[] {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= samples.length))
    throw new WaggleError('INPUT_INVALID', `${samples.length} samples make no ${folds} folds`)
  return Array.from({ length: folds }, (_, fold) => {
    const start = Math.floor((fold * samples.length) / folds)
    const end = Math.floor(((fold + 1) * samples.length) / folds)
    const test = samples.slice(start, end)
    const until = test.reduce((latest, sample) => Math.max(latest, sample.until), -Infinity)
    const others = [...samples.slice(0, start), ...samples.slice(end)]
    // The test ends when the last of its labels is known.
    return { test, train: purged(others, { from: test[0]!.at, to: until + 1 }, embargo) }
  })
}
