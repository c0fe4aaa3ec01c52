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
import { checkPack } from './check-pack.ts'
import {
  keptTrees,
  neededTreesFolder,
  readText,
  treesFolder,
  verifierOf,
} from './certificate-files.ts'
import { printFindings } from './finding-lines.ts'
import { openLog, type OpenedLog } from './open-log.ts'
import { showReading } from './reading-bar.ts'
import { DATA_HELP } from './replay-source.ts'
import { defineCommand, flag, option, type CommandDeps, type WantedOf } from './program/command.ts'

const text = z.string().min(1)
const args = {
  pack: option(
    'PACK',
    'an evidence pack: it is checked offline, and no log is asked',
    text.optional(),
  ),
}
const options = {
  certificate: option('FILE', 'what `waggle certify` wrote', text.optional()),
  key: option('KEY', 'public key that is trusted, as text or in a file', text.optional()),
  data: option('DIR', DATA_HELP, text.optional()),
  trees: option(
    'DIR',
    'folder of the hash trees, which name the record at fault; certificate in the data folder, or WAGGLE_CERTIFICATE_DIR of a cluster, if left out',
    text.optional(),
  ),
  since: option(
    'FILE',
    'an older certificate: does the log begin with what that one certified?',
    text.optional(),
  ),
  content: flag('only what was said and in which order, as after a copy into another engine'),
  deep: flag('fold the views again, too'),
  code: option('TEXT', 'hash or commit of the code here', text.optional()),
}
type Wanted = WantedOf<typeof args & typeof options>

export const VERIFY = defineCommand({
  details: `Without a certificate, the log is compared with the hash trees kept of it, which nobody signed. An evidence pack is
computed again, and held to the certificate in it.`,
  args,
  options,
  examples: [
    'verify --data .waggle/bus --certificate log.cert --key log.key.pub',
    'verify holding.json --key log.key.pub',
  ],
  exits: 'Exit code 0 as certified, 1 where something is not.',
  check: ({ pack, key, data, certificate }): Record<string, string> =>
    pack === undefined
      ? {}
      : {
          ...(key === undefined && { key: 'is missing: anyone could have signed' }),
          ...(data !== undefined && { data: 'no log is asked about a pack' }),
          ...(certificate !== undefined && { certificate: 'stands in the pack' }),
        },
  run: runVerify,
})

async function runVerify(wanted: Wanted, deps: CommandDeps): Promise<number> {
  const { pack, certificate: path, key, json } = wanted
  if (pack !== undefined) return checkPack({ path: pack, key, json }, deps)
  if (path !== undefined && key === undefined)
    throw new WaggleError('CONFIG_INVALID', '--key: without a trusted key anyone could have signed')
  const certificate = path === undefined ? undefined : await readText(path)
  const { log, codec } = await openLog(wanted.data, deps.environment)
  try {
    const opened = await showReading('Verifying', { log, codec }, deps)
    const { out } = opened
    if (certificate === undefined || key === undefined)
      return printFindings(out, wanted.json, undefined, await treeFindings(wanted, opened, deps))
    const verifier = await verifierOf(key)
    const trees = treesFolder(wanted.trees, wanted.data, deps.environment)
    const { certificate: found, findings } = await verifyAll(
      { ...wanted, trees },
      opened,
      certificate,
      verifier,
    )
    const since = await sinceFindings(wanted, certificate, verifier)
    return printFindings(out, wanted.json, found, [...findings, ...since])
  } finally {
    await log.close()
  }
}

async function verifyAll(
  wanted: Wanted,
  { log, codec }: OpenedLog,
  certificate: string,
  verifier: string,
): ReturnType<typeof verifyCertificate> {
  const { trees: folder, content, deep, code } = wanted
  const trees = folder === undefined ? undefined : await keptTrees(folder)
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
  { environment }: CommandDeps,
): Promise<Finding[]> {
  const where = neededTreesFolder(folder, data, environment)
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
