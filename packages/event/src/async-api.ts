import { SCHEMAS } from './generated/schemas.ts'
import { KINDS, schemaNameOf, type Kind, type WaggleEvent } from './kind.ts'
import { DEAD_LETTER_TOPIC, PARTITIONS, partitionKeyOf, SCHEMA_TOPIC, TOPICS } from './topics.ts'

/** Topics as a cluster has them: infra/kafka/topics.json. */
export interface TopicFacts {
  readonly replicas: number
  readonly specs: readonly {
    readonly name: string
    readonly partitions: number
    readonly settings: Readonly<Record<string, string>>
  }[]
}

const OWN_FACTS: TopicFacts = {
  replicas: 1,
  specs: Object.entries(PARTITIONS).map(([name, partitions]) => ({
    name,
    partitions,
    settings: {},
  })),
}
const AVRO = 'application/vnd.apache.avro;version=1.9.0'
const BINDING_VERSION = '0.5.0'

/** AsyncAPI 3 of the topics: who speaks Kafka needs to know no more than this. */
export function asyncApiOf(version: string, facts: TopicFacts = OWN_FACTS): object {
  const channels = facts.specs.map((spec) => [spec.name, channelOf(spec, facts.replicas)] as const)
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Waggle topics',
      version,
      description:
        'Events of agent swarms on Kafka. Records are Avro in the Confluent wire format: a zero byte, the schema ' +
        'id as int32 big-endian, the body.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      tags: [{ name: 'waggle', description: 'Memory and message bus for swarms of agents' }],
    },
    defaultContentType: 'application/avro',
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(
      channels.flatMap(([name, { messages }]) => operationsOf(name, messages)),
    ),
    components: {
      messages: {
        ...Object.fromEntries(KINDS.map((kind) => [kind, messageOf(kind)])),
        dead_letter: deadLetter,
        schema_command: schemaCommand,
      },
      schemas: { cloudEvent },
    },
  }
}

type Messages = Readonly<Record<string, { readonly $ref: string }>>

interface Channel {
  readonly address: string
  readonly title: string
  readonly description: string
  readonly messages: Messages
  readonly bindings: object
}

function channelOf(
  { name, partitions, settings }: TopicFacts['specs'][number],
  replicas: number,
): Channel {
  const kinds = namesIn(name)
  return {
    address: name,
    title: name,
    description: `Carries ${kinds.join(', ')}.`,
    messages: Object.fromEntries(
      kinds.map((kind) => [kind, { $ref: `#/components/messages/${kind}` }]),
    ),
    bindings: {
      kafka: {
        topic: name,
        partitions,
        replicas,
        topicConfiguration: configurationOf(settings),
        bindingVersion: BINDING_VERSION,
      },
    },
  }
}

function namesIn(topic: string): readonly string[] {
  if (topic === DEAD_LETTER_TOPIC) return ['dead_letter']
  if (topic === SCHEMA_TOPIC) return ['schema_command']
  const known = TOPICS[topic as keyof typeof TOPICS] as
    { readonly kinds: readonly Kind[] } | undefined
  return known === undefined ? [] : [...known.kinds, 'tick']
}

/** What the binding has words for, in its types. */
function configurationOf(settings: Readonly<Record<string, string>>): object {
  const {
    'cleanup.policy': policy,
    'retention.ms': retention,
    'max.message.bytes': most,
  } = settings
  return {
    ...(policy === undefined ? {} : { 'cleanup.policy': policy.split(',') }),
    ...(retention === undefined ? {} : { 'retention.ms': Number(retention) }),
    ...(most === undefined ? {} : { 'max.message.bytes': Number(most) }),
  }
}

function operationsOf(name: string, messages: Messages): [string, object][] {
  const short = name.replace(/^waggle\./, '').replace(/\.v\d+$/, '')
  const parts = {
    channel: { $ref: `#/channels/${name}` },
    messages: Object.keys(messages).map((kind) => ({
      $ref: `#/channels/${name}/messages/${kind}`,
    })),
  }
  const receive = { action: 'receive', title: `Read ${short}`, ...parts }
  // What the bus alone writes is not for others to send.
  if (name === DEAD_LETTER_TOPIC || name === SCHEMA_TOPIC) return [[`receive-${short}`, receive]]
  return [
    [`send-${short}`, { action: 'send', title: `Write ${short}`, ...parts }],
    [`receive-${short}`, receive],
  ]
}

function messageOf(kind: Kind): object {
  const schema = SCHEMAS[kind] as { readonly doc?: string }
  return {
    name: schemaNameOf(kind),
    title: schemaNameOf(kind),
    ...(schema.doc === undefined ? {} : { description: schema.doc }),
    contentType: 'application/avro',
    headers: { $ref: '#/components/schemas/cloudEvent' },
    payload: { schemaFormat: AVRO, schema },
    bindings: {
      kafka: {
        key: { type: 'string', description: keyOf(kind) },
        schemaIdLocation: 'payload',
        schemaIdPayloadEncoding: 'confluent',
        schemaLookupStrategy: 'TopicRecordNameStrategy',
        bindingVersion: BINDING_VERSION,
      },
    },
  }
}

/** The key as a template, made by the function that makes keys. */
function keyOf(kind: Kind): string {
  if (kind === 'tick') return 'None: a tick goes to the partition it names'
  const fields = new Proxy({}, { get: (_, name) => (name === 'kind' ? kind : `{${String(name)}}`) })
  return partitionKeyOf(fields as WaggleEvent)
}

const cloudEvent = {
  type: 'object',
  description:
    'CloudEvents in binary mode and a W3C traceparent; for tools, not read back by Waggle',
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', format: 'uuid' },
    ce_source: { type: 'string', description: '/{swarm}/{agent}' },
    ce_type: { type: 'string', description: 'waggle.{kind}.v1' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_trajectory: { type: 'string' },
    ce_cause: { type: 'string' },
    traceparent: { type: 'string' },
  },
}

const header = { type: 'string' }
const deadLetter = {
  name: 'DeadLetter',
  title: 'DeadLetter',
  description: 'The raw bytes of a record that was refused; why stands in its headers',
  contentType: 'application/octet-stream',
  headers: {
    type: 'object',
    properties: {
      'dlq-stage': header,
      'dlq-code': header,
      'dlq-reason': header,
      'dlq-topic': header,
      'dlq-partition': header,
      'dlq-offset': header,
    },
  },
  payload: { type: 'string', format: 'binary' },
}
const schemaCommand = {
  name: 'SchemaCommand',
  title: 'SchemaCommand',
  description: 'A command of the built-in schema registry; its fold gives the ids',
  contentType: 'application/json',
  payload: {
    type: 'object',
    required: ['op'],
    properties: { op: { type: 'string' }, subject: { type: ['string', 'null'] } },
  },
}
