import type { EvidencePack } from '@waggle/api'
import { schemaIdOf, type Codec } from '@waggle/codec'
import { isForkRun, positionText, type WaggleEvent } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { subjectsOf, type Vault } from '@waggle/vault'
import { canonicalJson } from '@waggle/view-coordination'
import { claimKindOf } from './claims/rules.ts'
import { EventFinder, type ExplainSource } from './event-finder.ts'
import { compareKnown, type Evidence } from './evidence.ts'
import { digestOf } from './pack-digest.ts'
import { parseClaim } from './parse-claim.ts'
import { proveEvents } from './prove-events.ts'

/**
 * The minimal set of events behind a claim, as a pack that computes it again without the bus. INPUT_INVALID for a text
 * that is no claim, NOT_FOUND where the log has nothing of that name in the swarm and run.
 */
export async function explain(source: ExplainSource, text: string): Promise<EvidencePack> {
  const claim = parseClaim(text)
  const { rule, find, compute } = claimKindOf(claim)
  const finder = await EventFinder.open(source)
  const found = await find(finder, claim)
  const evidence = [...found.evidence].sort((a, b) => compareKnown(a.known, b.known))
  const { swarm, run, codec } = source
  const records = await Promise.all(evidence.map((one) => recordOf(source, one)))
  const parameters = {
    swarm,
    run,
    ...(await inheritedRuns(codec, run, records)),
    ...found.parameters,
  }
  const value = compute(
    evidence.map(({ known }) => known),
    parameters,
  )
  const events = await Promise.all(
    evidence.map((one, index) => packed(one, records[index]!, source.vault)),
  )
  const proof = source.certified && (await proveEvents(records, source.certified))
  const pack: EvidencePack = {
    format: 'waggle-evidence/1',
    claim: text,
    value: canonicalJson(value),
    rule,
    parameters,
    events,
    schemas: await schemasOf(codec, records),
    ...(proof === undefined ? {} : { proof }),
    digest: '',
  }
  return { ...pack, digest: digestOf(pack) }
}

async function recordOf(
  { log, bytes = log }: ExplainSource,
  { known }: Evidence,
): Promise<LogRecord> {
  const [record] = await bytes.read(known.position, 1)
  return record!
}

/** A fork has its ancestors' events as its own; their bytes name the run they were said in. */
async function inheritedRuns(
  codec: Codec,
  run: string | null,
  records: readonly LogRecord[],
): Promise<{ readonly inherited?: readonly (string | null)[] }> {
  if (!isForkRun(run)) return {}
  const events = await Promise.all(records.map(({ value }) => codec.decode(value)))
  const runs = new Set(events.map((event) => event.run))
  runs.delete(run)
  return runs.size === 0 ? {} : { inherited: [...runs] }
}

async function packed(
  { known, role, score }: Evidence,
  { value, appendedAt }: LogRecord,
  vault: Vault | undefined,
): Promise<EvidencePack['events'][number]> {
  return {
    position: positionText(known.position),
    append_time: appendedAt,
    known_from: known.knownFrom,
    schema_id: schemaIdOf(value),
    raw: value.toString('base64'),
    role,
    score: score ?? null,
    erased: await isErased(vault, known.event),
  }
}

async function isErased(vault: Vault | undefined, event: WaggleEvent): Promise<boolean> {
  if (vault === undefined) return false
  for (const subject of subjectsOf(event.subject))
    if (await vault.isErased(event.swarm, subject)) return true
  return false
}

async function schemasOf(
  codec: Codec,
  records: readonly LogRecord[],
): Promise<Record<string, string>> {
  const ids = [...new Set(records.map(({ value }) => schemaIdOf(value)))].sort((a, b) => a - b)
  const writers = await Promise.all(ids.map((id) => codec.load(id)))
  return Object.fromEntries(writers.map(({ id, schema }) => [id, JSON.stringify(schema)]))
}
