import { AwsClient } from 'aws4fetch'
import { messageOf, WaggleError } from '@waggle/base'
import type { ObjectStore } from './object-store.ts'

export interface S3StoreOptions {
  /** `https://s3.eu-central-1.amazonaws.com`, or of any server that speaks S3; the bucket goes into the path. */
  readonly endpoint: string
  readonly bucket: string
  /** Before every key; '' or a folder with a slash behind it. */
  readonly prefix: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** An archive in S3 or what is compatible with it: GET, PUT (with If-None-Match for new keys), ListObjectsV2, DELETE. */
export function openS3Store(options: S3StoreOptions): ObjectStore {
  const { endpoint, bucket, prefix, region, credentials } = options
  const client = new AwsClient({ ...credentials, service: 's3', region })
  const base = `${endpoint.replace(/\/$/, '')}/${bucket}`

  const ask = async (
    key: string,
    path: string,
    init: RequestInit,
    allowed: readonly number[],
  ): Promise<{ status: number; body: Buffer }> => {
    try {
      const response = await client.fetch(`${base}${path}`, init)
      const body = Buffer.from(await response.arrayBuffer())
      if (response.ok || allowed.includes(response.status)) return { status: response.status, body }
      throw new Error(`${response.status} ${textOf(body.toString('utf8'), 'Code').join()}`)
    } catch (error) {
      const what = `The archive cannot be used at ${key}: ${messageOf(error)}`
      throw new WaggleError('ARCHIVE_UNAVAILABLE', what, { input: key, cause: error })
    }
  }
  const pathOf = (key: string): string => `/${encoded(prefix + key)}`

  return {
    put: async (key, bytes) => {
      await ask(key, pathOf(key), { method: 'PUT', body: Buffer.from(bytes) }, [])
    },
    putNew: async (key, bytes) => {
      const init = { method: 'PUT', body: Buffer.from(bytes), headers: { 'if-none-match': '*' } }
      const { status } = await ask(key, pathOf(key), init, [409, 412])
      return status < 300
    },
    get: async (key) => {
      const { status, body } = await ask(key, pathOf(key), {}, [404])
      return status === 404 ? undefined : body
    },
    list: async (wanted) => {
      const keys: string[] = []
      for (let token: string | undefined = ''; token !== undefined;) {
        const query = new URLSearchParams({ 'list-type': '2', prefix: prefix + wanted })
        if (token !== '') query.set('continuation-token', token)
        const { body } = await ask(wanted, `?${query.toString()}`, {}, [])
        const xml = body.toString('utf8')
        keys.push(...textOf(xml, 'Key').map((key) => key.slice(prefix.length)))
        token = textOf(xml, 'NextContinuationToken')[0]
      }
      return keys.sort()
    },
    delete: async (key) => {
      await ask(key, pathOf(key), { method: 'DELETE' }, [404])
    },
  }
}

/** Each part as the signature has it: `=` is encoded, the slash between parts is not. */
function encoded(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

/** Texts of an element in S3's flat answers; keys of an archive have no characters that XML escapes. */
function textOf(xml: string, element: string): string[] {
  const pattern = new RegExp(`<${element}>([^<]*)</${element}>`, 'g')
  return [...xml.matchAll(pattern)].map(([, text = '']) => text.replaceAll('&amp;', '&'))
}
