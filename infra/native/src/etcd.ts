import { dataFolder } from './cache-folder.ts'
import { hasTool } from './find-tool.ts'
import { freePorts, startProcess, type NativeServer } from './native-process.ts'

export interface NativeEtcd extends NativeServer {
  /** Of the HTTP gateway, without a slash at the end. */
  readonly url: string
}

/** One member with its defaults: every write is in its log and fsynced before the answer. Undefined where there is no etcd. */
export async function startEtcd(): Promise<NativeEtcd | undefined> {
  if (!(await hasTool('etcd', ['--version']))) return undefined
  const folder = dataFolder('etcd')
  const [client, peer] = await freePorts(2)
  const url = `http://127.0.0.1:${client}`
  const peerUrl = `http://127.0.0.1:${peer}`
  const options = {
    'data-dir': folder,
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    'log-level': 'error',
  }
  const server = await startProcess({
    name: 'etcd',
    command: 'etcd',
    args: Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    logFile: `${folder}/etcd.log`,
    ready: async () => (await fetch(`${url}/health`)).ok,
  })
  return { ...server, url }
}
