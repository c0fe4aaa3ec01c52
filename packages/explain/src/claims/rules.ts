import type { EventFinder } from '../event-finder.ts'
import type { Found, Rule } from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'
import { decisionRule, findDecision } from './decision.ts'
import { figureRule, findFigure } from './figure.ts'
import { findHolding, holdingRule } from './holding.ts'
import { findLock, lockRule } from './lock.ts'
import { findPattern, patternRule } from './pattern.ts'
import { findProposal, proposalRule } from './proposal.ts'
import { findRow, rowRule } from './row.ts'

interface ClaimKind<C extends Claim> {
  /** Name and version of the rule: a pack names what it was made by. */
  readonly rule: string
  readonly compute: Rule
  find(finder: EventFinder, claim: C): Promise<Found>
}

type ClaimKinds = { readonly [K in Claim['kind']]: ClaimKind<Claim & { kind: K }> }

/** How each kind of claim is traced, and how it is computed again. */
export const CLAIM_KINDS: ClaimKinds = {
  decision: { rule: 'decision/1', compute: decisionRule, find: findDecision },
  figure: { rule: 'figure/1', compute: figureRule, find: findFigure },
  holding: { rule: 'holding/1', compute: holdingRule, find: findHolding },
  lock: { rule: 'lock/1', compute: lockRule, find: findLock },
  pattern: { rule: 'pattern/1', compute: patternRule, find: findPattern },
  proposal: { rule: 'proposal/1', compute: proposalRule, find: findProposal },
  row: { rule: 'row/1', compute: rowRule, find: findRow },
}

export function claimKindOf<C extends Claim>(claim: C): ClaimKind<C> {
  return CLAIM_KINDS[claim.kind] as unknown as ClaimKind<C>
}
