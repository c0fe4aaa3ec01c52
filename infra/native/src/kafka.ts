import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheFolder, dataFolder } from './cache-folder.ts'
import { findJava, hasTool } from './find-tool.ts'
import { freePorts, listens, startProcess, type NativeServer } from './native-process.ts'

const run = promisify(execFile)
const POM = fileURLToPath(new URL('../../kafka/pom.xml', import.meta.url))
const VERSION = '4.1.1'
/** Jars are fetched in one go; this one is there when all are. */
const LAST_JAR = 'slf4j-simple-1.7.36.jar'
const JAVA_MIN = 17
/** Quick to start: most of these brokers live for seconds. */
const JVM_QUICK = ['-Xmx768m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']
const JVM_WARM = ['-Xmx1g', '-XX:+UseG1GC']
const LOGGING = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']

export interface KafkaOptions {
  /** Broker settings over ours. */
  readonly settings?: Readonly<Record<string, string>>
  /** Security protocol of the listener for clients; PLAINTEXT if left out. */
  readonly protocol?: string
  /** Compiles fully, as brokers that live long do; for measuring. */
  readonly warm?: boolean
  /** Folder of an earlier broker to go on with; a new one if left out. */
  readonly folder?: string
  readonly port?: number
}

export interface KafkaServer extends NativeServer {
  /** host:port */
  readonly broker: string
  readonly folder: string
  /** The same broker again after stop or kill. */
  restart(): Promise<KafkaServer>
  /** Removes its data. */
  dispose(): Promise<void>
}

/** One broker in KRaft mode on 127.0.0.1; undefined where Java or Maven is missing. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer | undefined> {
  const java = await findJava(JAVA_MIN)
  const jars = await kafkaJars()
  if (java === undefined || jars === undefined) return undefined
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const folder = options.folder ?? dataFolder('kafka')
  const jvm = options.warm === true ? JVM_WARM : JVM_QUICK
  const place = { java, jvm, classPath: join(jars, '*'), folder, port: options.port ?? port }
  await format({
    ...place,
    controllerPort,
    protocol: options.protocol ?? 'PLAINTEXT',
    settings: options.settings ?? {},
  })
  return launch(place)
}

interface Place {
  readonly java: string
  readonly jvm: readonly string[]
  readonly classPath: string
  readonly folder: string
  readonly port: number
}

async function launch(place: Place): Promise<KafkaServer> {
  const { java, jvm, classPath, folder, port } = place
  const server = await startProcess({
    name: 'Kafka',
    command: java,
    args: [...jvm, ...LOGGING, '-cp', classPath, 'kafka.Kafka', settingsFile(folder)],
    logFile: join(folder, 'kafka.log'),
    ready: () => listens(port),
  })
  return {
    ...server,
    broker: `127.0.0.1:${port}`,
    folder,
    restart: () => launch(place),
    dispose: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface FormatOptions extends Place {
  readonly controllerPort: number
  readonly protocol: string
  readonly settings: Readonly<Record<string, string>>
}

async function format(options: FormatOptions): Promise<void> {
  const { java, classPath, folder, port, controllerPort, protocol } = options
  const file = settingsFile(folder)
  if (existsSync(file)) return
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `${protocol}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `${protocol}://127.0.0.1:${port}`,
    'inter.broker.listener.name': protocol,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `${protocol}:${protocol},CONTROLLER:PLAINTEXT`,
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '2',
    'group.initial.rebalance.delay.ms': '0',
    // One that was killed may come back at once.
    'broker.session.timeout.ms': '1500',
    'broker.heartbeat.interval.ms': '300',
    ...options.settings,
  }
  await writeFile(
    file,
    Object.entries(settings)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  )
  const id = 'V2FnZ2xlLW5hdGl2ZS1rZg'
  const tool = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', file]
  await run(java, [...JVM_QUICK, ...LOGGING, '-cp', classPath, ...tool])
}

function settingsFile(folder: string): string {
  return join(folder, 'server.properties')
}

/** The broker's jars, fetched once. */
async function kafkaJars(): Promise<string | undefined> {
  const folder = cacheFolder(`kafka-${VERSION}`)
  if (existsSync(join(folder, LAST_JAR))) return folder
  if (!(await hasTool('mvn', ['--version']))) return undefined
  await run('mvn', ['-q', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`])
  return folder
}
