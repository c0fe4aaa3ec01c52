import type { Archive } from '@waggle/archive'
import type { ServiceConfig } from './config.ts'
import { patiently, type Patience } from './patiently.ts'

/** The archive of a config, once it can be reached; undefined where the config names none. */
export async function openArchive(
  config: ServiceConfig,
  patience: Patience,
): Promise<Archive | undefined> {
  const { WAGGLE_ARCHIVE: place } = config
  if (place === undefined) return undefined
  // Loaded when there is one: Parquet and S3 are no small part of a service's memory.
  const { Archive, openStore } = await import('@waggle/archive')
  const store = openStore(place, {
    endpoint: config.WAGGLE_S3_ENDPOINT,
    region: config.WAGGLE_S3_REGION,
    accessKeyId: config.WAGGLE_S3_ACCESS_KEY_ID,
    secretAccessKey: config.WAGGLE_S3_SECRET_ACCESS_KEY,
  })
  return patiently(patience, () => Archive.open(store))
}
