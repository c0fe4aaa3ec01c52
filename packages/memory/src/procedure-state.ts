import type { Execution, Procedure } from '@waggle/event'
import { isBefore } from './lens.ts'
import type { MemoryEvent } from './memory-state.ts'
import type { Refusal } from './refusal-state.ts'
import { addRun, emptyTally, type RunTally } from './run-tally.ts'
import { addVersion, emptyVersions, eraseVersions, headVersion, type Versions } from './versions.ts'

/** Procedures of a namespace, by name. */
export type ProcedureState = Map<string, ProcedureEntry>

export interface ProcedureEntry {
  readonly versions: Versions<Procedure>
  /** By version, the version that defined its steps: another one where it was a return to it. */
  readonly definitions: Map<number, number>
  /** By version, then by the agent that ran it. */
  readonly runs: Map<number, Map<string, RunTally>>
}

/** Versions of a procedure that are kept whole; to one of them one can return. */
export const PROCEDURE_VERSIONS = 5

/** Takes a version, or the return to one, in place; returns why it counts for nothing, if it does. */
export function foldProcedure(
  state: ProcedureState,
  known: MemoryEvent & { readonly event: Procedure },
): Refusal | undefined {
  const { event, erased, knownFrom } = known
  const { name, op, to_version: to, expected_version: expected } = event
  const entry = state.get(name) ?? {
    versions: emptyVersions<Procedure>(),
    definitions: new Map<number, number>(),
    runs: new Map<number, Map<string, RunTally>>(),
  }
  const { versions, definitions } = entry
  const head = headVersion(versions, knownFrom)
  if (expected !== null && expected !== head)
    return { code: 'VERSION_CONFLICT', reason: `it is at version ${head}, not ${expected}` }
  if (op === 'DEFINED') {
    const version = addVersion(versions, known, {
      event: erased ? undefined : event,
      keep: PROCEDURE_VERSIONS,
    })
    definitions.set(version, version)
    state.set(name, entry)
    return undefined
  }
  // The slot decides, not its content: so a rebuild after an erasure counts the same.
  const removal = versions.removals.at(-1)
  const target = versions.recent.find(
    (one) => one.version === to && (removal === undefined || isBefore(removal, one)),
  )
  if (target === undefined)
    return { code: 'NOT_FOUND', reason: `version ${to} is none of those that are kept` }
  const restored = target.event === undefined || erased ? undefined : returnTo(target.event, event)
  const version = addVersion(versions, known, { event: restored, keep: PROCEDURE_VERSIONS })
  definitions.set(version, definitions.get(target.version)!)
  return undefined
}

/** Counts an execution, in place. */
export function foldExecution(
  state: ProcedureState,
  { event, knownFrom }: MemoryEvent & { readonly event: Execution },
): Refusal | undefined {
  const { procedure, version, agent, id, success, duration_ms: durationMs } = event
  const entry = state.get(procedure)
  if (entry === undefined || version > entry.versions.last)
    return { code: 'NOT_FOUND', reason: `there is no version ${version} of ${procedure}` }
  const agents = entry.runs.get(version) ?? new Map<string, RunTally>()
  entry.runs.set(version, agents)
  const tally = agents.get(agent) ?? emptyTally()
  agents.set(agent, tally)
  addRun(tally, { id, knownFrom, success, durationMs })
  return undefined
}

/** Forgets what is about an erased subject, for all times; how often it was run is no text about it. */
export function eraseProcedures(
  state: ProcedureState,
  isGone: (event: { readonly subject: string | null }) => boolean,
): void {
  for (const { versions } of state.values()) eraseVersions(versions, isGone)
}

/** What was defined then, said again now; about the subjects of both. */
function returnTo(target: Procedure, now: Procedure): Procedure {
  const { category, description, steps, parameters } = target
  const subjects = [target.subject, now.subject].filter((subject) => subject !== null)
  return {
    ...now,
    category,
    description,
    steps,
    parameters,
    subject: subjects.length === 0 ? null : subjects.join(','),
  }
}
