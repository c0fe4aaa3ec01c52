import { Archive, openLocalStore, openS3Store } from '@waggle/archive'
import { WaggleError } from '@waggle/base'
import type { Environment } from '@waggle/service'

/** An archive in a folder, or `s3://bucket/prefix` with the variables that Amazon's own tools use. */
export async function openArchive(place: string, environment: Environment): Promise<Archive> {
  if (!place.startsWith('s3://')) return Archive.open(openLocalStore(place))
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region = 'us-east-1',
  } = environment
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new WaggleError('CONFIG_INVALID', 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: missing')
  const [bucket = '', ...path] = place.slice('s3://'.length).split('/')
  const prefix = path.filter((part) => part !== '').join('/')
  return Archive.open(
    openS3Store({
      endpoint: endpoint ?? `https://s3.${region}.amazonaws.com`,
      bucket,
      prefix: prefix === '' ? '' : `${prefix}/`,
      region,
      credentials: {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      },
    }),
  )
}
