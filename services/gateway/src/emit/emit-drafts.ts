import { tokenOf, type DraftJson, type EmittedJson } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import type { AnyDraft, Emitted } from '@waggle/emit'
import { eventFromJson, partitionName, positionText, type Position } from '@waggle/event'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { authorize, type Principal } from '../principal.ts'

export interface EmitRequest {
  readonly swarm: string
  readonly run: string | null
  readonly principal: Principal
  readonly drafts: readonly DraftJson[]
}

/** Appends the drafts of one agent; INPUT_INVALID for those of several, which are no one's append. */
export async function emitDrafts(
  { sessions }: GatewayParts,
  { swarm, run, principal, drafts }: EmitRequest,
): Promise<Emitted[]> {
  const [first] = drafts
  if (first === undefined) return []
  const { agent, session, seq } = first
  authorize(principal, { verb: 'emit', swarm, agent })
  if (drafts.some((draft) => draft.agent !== agent || draft.session !== session))
    throw new WaggleError('INPUT_INVALID', 'A batch has the events of one agent and session')
  for (const { kind } of drafts) refuseForOthers(principal, kind)
  if (drafts.some((draft, index) => seq !== undefined && draft.seq !== seq + index))
    throw new WaggleError('INPUT_INVALID', 'A batch counts on: each seq is the next one', {
      field: 'seq',
    })
  const speaker = { swarm, agent, run }
  if ((session === undefined) !== (seq === undefined))
    throw new WaggleError('INPUT_INVALID', 'Give session and seq together, or neither', {
      field: 'seq',
    })
  const emitter =
    session === undefined ? sessions.of(speaker) : sessions.resumed(speaker, session, seq!)
  return emitter.emitAll(drafts.map(fieldsOf))
}

/** Removing what others said takes a right of its own. */
function refuseForOthers(principal: Principal, kind: string): void {
  if (['quarantine', 'erasure'].includes(kind) && !principal.verbs.includes('erase'))
    throw new GatewayFault('SCOPE_MISSING', `The token ${principal.name} has no right to erase`)
}

function fieldsOf({ agent: _agent, session: _session, seq: _seq, ...fields }: DraftJson): AnyDraft {
  return eventFromJson(fields) as AnyDraft
}

export function emittedJson({ event, position, duplicate }: Emitted): EmittedJson {
  return { id: event.id, position: positionText(position), duplicate }
}

export function tokenOfPositions(emitted: readonly { readonly position: Position }[]): string {
  const last = new Map<string, Position>()
  for (const { position } of emitted) last.set(partitionName(position), position)
  return tokenOf([...last.values()].map((at) => ({ ...at, offset: String(at.offset) })))
}
