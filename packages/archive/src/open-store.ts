import { WaggleError } from '@waggle/base'
import { openLocalStore } from './local-store.ts'
import type { ObjectStore } from './object-store.ts'
import { openS3Store } from './s3-store.ts'

export interface S3Access {
  /** Amazon's own of the region if left out. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
}

/** `s3://bucket/prefix`, or a folder. CONFIG_INVALID where S3 is named and the keys are missing. */
export function openStore(place: string, access: S3Access = {}): ObjectStore {
  if (!place.startsWith('s3://')) return openLocalStore(place)
  const { accessKeyId, secretAccessKey, sessionToken, region = 'us-east-1' } = access
  const { endpoint = `https://s3.${region}.amazonaws.com` } = access
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new WaggleError('CONFIG_INVALID', `${place}: the access key and its secret are missing`)
  const [bucket = '', ...path] = place.slice('s3://'.length).split('/')
  const prefix = path.map((part) => (part === '' ? '' : `${part}/`)).join('')
  const token = sessionToken === undefined ? {} : { sessionToken }
  const credentials = { accessKeyId, secretAccessKey, ...token }
  return openS3Store({ endpoint, bucket, prefix, region, credentials })
}
