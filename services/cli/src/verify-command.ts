import { WaggleError } from '@waggle/base'
import {
  openCertificate,
  signatureFindings,
  verifyCertificate,
  verifySuccession,
  verifyTrees,
  type Finding,
} from '@waggle/certify'
import { z } from 'zod'
import { CERTIFIED_VIEWS } from './certified-views.ts'
import { keptTrees, readText, treesFolder, verifierOf } from './certificate-files.ts'
import { printFindings } from './finding-lines.ts'
import { openLog, type OpenedLog } from './open-log.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'

export const VERIFY_USAGE = `waggle verify [--certificate FILE --key KEY] [--data DIR] [--trees DIR] [--since FILE]
              [--content] [--deep] [--code TEXT] [--json]

Reads the log again and compares it with a certificate, or else with the hash trees kept of it (which nobody signed).

  --certificate  what \`waggle certify\` wrote
  --key          public key that is trusted, as text or in a file
  --data         folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --trees        folder of the hash trees, which name the record at fault; DIR/certificate if left out
  --since        an older certificate: does the log begin with what that one certified?
  --content      only what was said and in which order, as after a copy into another engine
  --deep         fold the views again, too
  --code         hash or commit of the code here

Exit code: 0 as certified, 1 something is not, 2 bad arguments, 3 not found, 5 the log or the registry cannot be
reached.
`

const text = z.string().min(1)
const flag = z.boolean().default(false)
const schema = z.strictObject({
  certificate: text.optional(),
  key: text.optional(),
  data: text.optional(),
  trees: text.optional(),
  since: text.optional(),
  content: flag,
  deep: flag,
  code: text.optional(),
  json: flag,
})

type Wanted = z.output<typeof schema>

export async function runVerify(
  argv: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  const wanted = parseOptions(argv, schema, ['content', 'deep', 'json'])
  const { certificate: path, key } = wanted
  if (path !== undefined && key === undefined)
    throw new WaggleError('CONFIG_INVALID', '--key: without a trusted key anyone could have signed')
  const certificate = path === undefined ? undefined : await readText(path)
  const opened = await openLog(wanted.data, environment)
  try {
    if (certificate === undefined || key === undefined)
      return printFindings(out, wanted.json, undefined, await treeFindings(wanted, opened))
    const verifier = await verifierOf(key)
    const { certificate: found, findings } = await verifyAll(wanted, opened, certificate, verifier)
    const since = await sinceFindings(wanted, certificate, verifier)
    return printFindings(out, wanted.json, found, [...findings, ...since])
  } finally {
    await opened.log.close()
  }
}

async function verifyAll(
  wanted: Wanted,
  { log, codec }: OpenedLog,
  certificate: string,
  verifier: string,
): ReturnType<typeof verifyCertificate> {
  const { data, trees: folder, content, deep, code } = wanted
  const kept = data ?? folder
  const trees = kept === undefined ? undefined : await keptTrees(treesFolder(folder, data))
  return verifyCertificate(certificate, {
    log,
    codec,
    verifier,
    tree: content ? 'content' : 'storage',
    views: deep ? CERTIFIED_VIEWS : [],
    ...(trees === undefined ? {} : { trees }),
    ...(code === undefined ? {} : { code }),
  })
}

async function treeFindings(
  { trees: folder, data }: Wanted,
  { log }: OpenedLog,
): Promise<Finding[]> {
  const where = treesFolder(folder, data)
  const trees = await keptTrees(where)
  if (trees === undefined)
    throw new WaggleError('NOT_FOUND', `There is no certificate, and no trees are kept in ${where}`)
  return verifyTrees(log, trees)
}

async function sinceFindings(
  { since }: Wanted,
  certificate: string,
  verifier: string,
): Promise<Finding[]> {
  if (since === undefined) return []
  const olderText = await readText(since)
  const older = openCertificate(olderText, verifier)
  const newer = openCertificate(certificate, verifier)
  return [...signatureFindings(older, verifier), ...verifySuccession(olderText, older, newer)]
}
