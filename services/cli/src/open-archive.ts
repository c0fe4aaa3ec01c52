import { Archive, openStore } from '@waggle/archive'
import type { Environment } from '@waggle/service'

/** An archive in a folder, or `s3://bucket/prefix` with the variables that Amazon's own tools use. */
export function openArchive(place: string, environment: Environment): Promise<Archive> {
  return Archive.open(
    openStore(place, {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'],
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'],
      sessionToken: environment['AWS_SESSION_TOKEN'],
      endpoint: environment['AWS_ENDPOINT_URL'],
      region: environment['AWS_REGION'],
    }),
  )
}
