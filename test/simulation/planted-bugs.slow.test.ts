import { describe, expect, it } from 'vitest'
import { BUGS, type Bug } from './bugs.ts'
import { CHECKERS, checkSeed, type Checker } from './checkers.ts'
import { simulate } from './simulate.ts'

/** Which checkers must find which bug; others may find it too. */
const FOUND_BY: Readonly<Record<Bug, readonly Checker[]>> = {
  'ignores-leases': ['nothingHangs'],
  'grants-twice': ['oneHolder'],
  'wall-clock': ['equalsRecount', 'endsOnTime'],
  'publishes-twice': ['eachResultOnce'],
  'believes-claims': ['timeOnlyPasses'],
  'drops-results': ['equalsRecount', 'nothingUnsaid'],
  'ignores-tokens': ['noStaleWrite'],
  'unfenced-writes': ['noStaleWrite'],
  'skips-a-batch': ['replicasAgree'],
  'loses-abstentions': ['everyVoteShows'],
  'half-a-quorum': ['quorumArithmetic'],
  'ignores-versions': ['noLostUpdate'],
  'hears-one-for-all': ['alarmsRing'],
  'overtaking-appends': ['nothingLost'],
  'cuts-by-event-time': ['sealedStands'],
  'seals-early': ['sealedStands'],
  'names-the-ends': ['positionsStand'],
  'later-snapshots': ['snapshotsAgree'],
  'skips-on-resume': ['replaysResume'],
  'cuts-forks-late': ['forksBegin'],
}
const SEEDS_MAX = 40

const PAIRS = BUGS.flatMap((bug) => FOUND_BY[bug].map((checker) => ({ bug, checker })))

async function firstSeed({ bug, checker }: (typeof PAIRS)[0]): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    if (CHECKERS[checker](await simulate(seed, { bug })).length > 0) return seed
  }
  return undefined
}

describe('a planted bug', () => {
  it.each(PAIRS)('$bug is found by $checker', async (pair) => {
    const seed = await firstSeed(pair)
    expect(seed).toBeDefined()
    // The same schedule without the bug is clean.
    await checkSeed(seed!)
  })

  it('leaves no checker that nothing makes fail', () => {
    expect(new Set(PAIRS.map(({ checker }) => checker))).toEqual(new Set(Object.keys(CHECKERS)))
  })

  it('is reported with its seed, the faults it takes and how to replay it', async () => {
    const broken = checkSeed(1, { bug: 'skips-a-batch' })
    await expect(broken).rejects.toThrow(/Seed 1 breaks .*replicasAgree/)
    await expect(broken).rejects.toThrow(/It takes these faults: none/)
    await expect(broken).rejects.toThrow(/WAGGLE_SEED=1 WAGGLE_FAULTS=none node/)
  })
})
