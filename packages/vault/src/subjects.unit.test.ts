import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAbout, subjectOf, subjectsOf } from './subjects.ts'

const name = fc.stringMatching(/^[a-z]{1,6}$/)
const subjects = fc.array(
  fc.option(fc.array(name, { minLength: 1, maxLength: 3 }), { nil: null }),
  {
    maxLength: 4,
  },
)

describe('the subject of what is derived', () => {
  it('is everybody’s it was derived from, in one form whatever the order', () => {
    fc.assert(
      fc.property(subjects, (lists) => {
        const evidence = lists.map((names) => ({ subject: names && names.join(' ,') }))
        const subject = subjectOf(evidence)
        const all = [...new Set(lists.flatMap((names) => names ?? []))].sort()
        expect(subjectsOf(subject)).toEqual(all)
        expect(subjectOf(evidence.toReversed())).toBe(subject)
        expect(subjectOf([{ subject }])).toBe(subject)
        for (const one of all) expect(isAbout(subject, one)).toBe(true)
        expect(isAbout(subject, 'somebody-else')).toBe(false)
      }),
    )
  })

  it('is refused rather than cut where it does not fit', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ subject: `person-${index}` }))
    expect(() => subjectOf(many)).toThrow('40 subjects are too many')
  })
})
