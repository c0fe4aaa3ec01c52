import { afterAll } from 'vitest'
import { AwsClient } from 'aws4fetch'
import { dataFolder } from '@waggle-infra/native/cache-folder'
import { freePorts, startProcess } from '@waggle-infra/native/process'
import { resolveInfra } from './infra.ts'
import { resolvePython } from './python.ts'

export interface S3Server {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Makes a new bucket: its name. */
  bucket(): Promise<string>
}

/** Moto's server, which speaks S3; for the tests of one file. */
export function resolveS3(): Promise<S3Server | undefined> {
  return resolveInfra<S3Server>('a server that speaks S3', [
    async () => {
      const python = await resolvePython()
      if (python === undefined) return undefined
      const [port] = await freePorts(1)
      const endpoint = `http://127.0.0.1:${port}`
      const server = await startProcess({
        name: 'moto',
        command: python.interpreter,
        args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
        logFile: `${dataFolder('s3')}/moto.log`,
        ready: async () =>
          (await fetch(`${endpoint}/moto-api/data.json`).catch(() => undefined))?.ok === true,
      })
      afterAll(() => server.stop())
      const credentials = { accessKeyId: 'test', secretAccessKey: 'secret' }
      const client = new AwsClient({ ...credentials, service: 's3', region: 'us-east-1' })
      let buckets = 0
      return {
        endpoint,
        credentials,
        bucket: async () => {
          const name = `archive-${buckets++}`
          await client.fetch(`${endpoint}/${name}`, { method: 'PUT' })
          return name
        },
      }
    },
  ])
}
