import type { AdmittedRecord } from '@waggle/consume'
import { JUDGED_BLOCK, type JudgedBlock } from '../judgments.ts'
import {
  decodeJudged,
  decodePostings,
  encodeJudged,
  encodePostings,
  type Postings,
} from './posting-block.ts'
import {
  fingerprint,
  PROPOSAL_KINDS,
  proposalOf,
  scopeHash,
  TERM_KINDS,
  type TermKind,
} from './terms.ts'

/** Name of an entry: kind of term or `judged`, partition, block. */
export type NameOf = (what: TermKind | 'judged', block: number) => string

/** The newest block of a partition, to which records are still added. */
export class OpenBlock {
  readonly block: number
  readonly #postings: Record<TermKind, Postings>
  readonly #refused: number[]
  readonly #raised: number[]
  readonly #raisedBy: number[]
  readonly #scopes = new Map<string, number>()

  private constructor(
    block: number,
    postings: Record<TermKind, Postings>,
    { refused, raised, raisedBy }: JudgedBlock,
  ) {
    this.block = block
    this.#postings = postings
    this.#refused = [...refused]
    this.#raised = [...raised]
    this.#raisedBy = [...raisedBy]
  }

  /** Goes on with what is stored of the block. */
  static load(block: number, nameOf: NameOf, get: (name: string) => Buffer | undefined): OpenBlock {
    const postingsOf = (kind: TermKind): Postings => {
      const name = nameOf(kind, block)
      const stored = get(name)
      return stored === undefined ? new Map() : decodePostings(stored, name)
    }
    const postings = Object.fromEntries(TERM_KINDS.map((kind) => [kind, postingsOf(kind)]))
    const name = nameOf('judged', block)
    const judged = get(name)
    return new OpenBlock(
      block,
      postings as Record<TermKind, Postings>,
      judged === undefined ? { refused: [], raised: [], raisedBy: [] } : decodeJudged(judged, name),
    )
  }

  refuse(offset: number): void {
    this.#refused.push(offset - this.block * JUDGED_BLOCK)
  }

  add({ record, writer, envelope, knownFrom }: AdmittedRecord): void {
    const row = Number(record.offset) - this.block * JUDGED_BLOCK
    const scope = this.#scopeOf(envelope.swarm, envelope.run)
    this.#post('agent', scope, envelope.agent, row)
    this.#post('id', scope, envelope.id, row)
    this.#post('trajectory', scope, envelope.trajectory, row)
    this.#post('cause', scope, envelope.cause, row)
    if (PROPOSAL_KINDS.has(writer.kind))
      this.#post('proposal', scope, proposalOf(writer.decode(record.value)), row)
    const raisedBy = knownFrom - Math.max(envelope.knownAt, envelope.occurredAt)
    if (raisedBy === 0) return
    this.#raised.push(row)
    this.#raisedBy.push(raisedBy)
  }

  rowsOf(kind: TermKind, term: number): readonly number[] {
    return this.#postings[kind].get(term) ?? []
  }

  get judged(): JudgedBlock {
    return { refused: this.#refused, raised: this.#raised, raisedBy: this.#raisedBy }
  }

  /** What it holds, as it is stored; nothing where there is nothing. */
  *entries(nameOf: NameOf): Generator<[name: string, block: Buffer]> {
    for (const kind of TERM_KINDS) {
      const postings = this.#postings[kind]
      if (postings.size > 0) yield [nameOf(kind, this.block), encodePostings(postings)]
    }
    if (this.#refused.length + this.#raised.length > 0)
      yield [nameOf('judged', this.block), encodeJudged(this.judged)]
  }

  #post(kind: TermKind, scope: number, value: string | null, row: number): void {
    if (value === null) return
    const term = fingerprint(scope, value)
    const rows = this.#postings[kind].get(term)
    if (rows === undefined) this.#postings[kind].set(term, [row])
    else if (rows.at(-1) !== row) rows.push(row)
  }

  #scopeOf(swarm: string, run: string | null): number {
    const name = run === null ? swarm : `${swarm}\n${run}`
    let hash = this.#scopes.get(name)
    if (hash === undefined) this.#scopes.set(name, (hash = scopeHash({ swarm, run })))
    return hash
  }
}
