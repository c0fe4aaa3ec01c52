import type { RememberConflict, RememberInput } from '@waggle/api'
import type { Agent, StoredDocument } from '@waggle/agent'
import { isWaggleError, WaggleError } from '@waggle/base'
import { positionText, type Position } from '@waggle/event'
import { ConflictFault } from './conflict-fault.ts'

export interface Remembered {
  readonly id: string
  readonly version: number
  readonly position: Position
}

/** What has a key is a document in versions; anything else is an experience of its own. */
export async function remember(agent: Agent, input: RememberInput): Promise<Remembered> {
  return input.key === undefined
    ? rememberExperience(agent, input)
    : rememberDocument(agent, { ...input, key: input.key })
}

async function rememberExperience(
  agent: Agent,
  { type = 'note', content, importance, evidence, namespace, expected_version }: RememberInput,
): Promise<Remembered> {
  if (expected_version !== undefined)
    throw new WaggleError('INPUT_INVALID', 'Only what has a key has versions', {
      field: 'expected_version',
    })
  const { event, position } = await agent.remember({
    type,
    content,
    ...(importance === undefined ? {} : { importance }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(namespace === undefined ? {} : { namespace }),
  })
  return { id: event.id, version: 1, position }
}

type Keyed = RememberInput & { readonly key: string }

/** A ConflictFault where another version is there than the one that was expected. */
async function rememberDocument(agent: Agent, input: Keyed): Promise<Remembered> {
  const { type = 'note', key, content, evidence, namespace, expected_version: expected } = input
  try {
    const { version, position } = await agent.documents.put(type, key, contentOf(content), {
      ...(evidence === undefined ? {} : { evidence: [...evidence] }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(expected === undefined ? {} : { expectedVersion: expected }),
    })
    return { id: `document:${type}/${key}`, version, position }
  } catch (error) {
    if (!isWaggleError(error, 'VERSION_CONFLICT') || expected === undefined) throw error
    const present = await agent.documents.get(
      type,
      key,
      namespace === undefined ? {} : { namespace },
    )
    throw new ConflictFault(error, conflictOf(present, expected, input))
  }
}

function conflictOf(
  present: StoredDocument | undefined,
  expected: number,
  { content, agent }: Keyed,
): RememberConflict {
  return {
    present:
      present === undefined
        ? null
        : {
            version: present.version,
            content: typeof present.value === 'string' ? present.value : present.event.value!,
            agent: present.source,
            position: positionText(present.position),
          },
    given: { expected_version: expected, content, agent },
  }
}

/** An object or a list of JSON is kept as that, so that it can be searched and compared; the rest is text. */
function contentOf(content: string): unknown {
  if (!/^\s*[[{]/.test(content)) return content
  try {
    return JSON.parse(content) as unknown
  } catch {
    return content
  }
}
