import { Archive, openStore } from '@waggle/archive'
import type { Environment } from '@waggle/service'

/** An archive in a folder, or `s3://bucket/prefix` with the services' variables or those of Amazon's own tools. */
export function openArchive(place: string, environment: Environment): Promise<Archive> {
  const either = (own: string, amazon: string): string | undefined =>
    environment[`WAGGLE_S3_${own}`] ?? environment[`AWS_${amazon}`]
  return Archive.open(
    openStore(place, {
      accessKeyId: either('ACCESS_KEY_ID', 'ACCESS_KEY_ID'),
      secretAccessKey: either('SECRET_ACCESS_KEY', 'SECRET_ACCESS_KEY'),
      sessionToken: environment['AWS_SESSION_TOKEN'],
      endpoint: either('ENDPOINT', 'ENDPOINT_URL'),
      region: either('REGION', 'REGION'),
    }),
  )
}
