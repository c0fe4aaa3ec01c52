import { replaceFile } from '@waggle/base'
import {
  certify,
  keepCertificate,
  openCertificate,
  signatureFindings,
  verifySuccession,
} from '@waggle/certify'
import { z } from 'zod'
import { CERTIFIED_VIEWS } from './certified-views.ts'
import {
  appendWitness,
  lastWitnessed,
  openTrees,
  signerIn,
  neededTreesFolder,
} from './certificate-files.ts'
import { printFindings } from './finding-lines.ts'
import { openLog } from './open-log.ts'
import { showReading } from './reading-bar.ts'
import { DATA_HELP } from './replay-source.ts'
import { defineCommand, option, type CommandDeps, type WantedOf } from './program/command.ts'

const text = z.string().min(1)
const options = {
  out: option('FILE', 'the certificate', text),
  key: option(
    'FILE',
    'private key; made if there is none, with the public key beside it as FILE.pub',
    text,
  ),
  data: option('DIR', DATA_HELP, text.optional()),
  trees: option(
    'DIR',
    'folder of the hash trees, read on from where they stand; certificate in the data folder, or WAGGLE_CERTIFICATE_DIR of a cluster, if left out',
    text.optional(),
  ),
  witness: option(
    'FILE',
    'file of all certificates, to be kept where the log is not: proves that the log only grew',
    text.optional(),
  ),
  origin: option(
    'NAME',
    'name of the log; the key’s if left out (`waggle` for a new key)',
    text.regex(/^[^\s+]+$/, 'no blanks and no `+`').optional(),
  ),
  code: option('TEXT', 'hash or commit of the code that made the views', text.optional()),
  seed: option('TEXT', 'seed of the run', text.optional()),
}

export const CERTIFY = defineCommand({
  options,
  examples: ['certify --data .waggle/bus --out log.cert --key log.key --witness ~/witness'],
  exits: 'Exit code 1: the log was rewritten or rolled back since the witness; nothing is signed.',
  run: runCertify,
})

async function runCertify(wanted: WantedOf<typeof options>, deps: CommandDeps): Promise<number> {
  const { environment, clock } = deps
  const { code, seed, witness } = wanted
  const folder = neededTreesFolder(wanted.trees, wanted.data, environment)
  const signer = await signerIn(wanted.key, wanted.origin ?? 'waggle')
  const previous = witness === undefined ? undefined : await lastWitnessed(witness)
  const opened = await openLog(wanted.data, environment)
  try {
    const { log, codec, out } = await showReading('Certifying', opened, deps)
    const trees = await openTrees(folder)
    const certificate = await certify({
      log,
      codec,
      trees,
      signer,
      clock,
      views: CERTIFIED_VIEWS,
      origin: wanted.origin ?? signer.name,
      engines: { node: process.version, log: wanted.data === undefined ? 'kafka' : 'lmdb' },
      ...(code === undefined ? {} : { code }),
      ...(seed === undefined ? {} : { seed }),
      ...(previous === undefined ? {} : { previous }),
    })
    const made = openCertificate(certificate, signer.verifier)
    if (previous !== undefined) {
      const older = openCertificate(previous, signer.verifier)
      const findings = [
        ...signatureFindings(older, signer.verifier),
        ...verifySuccession(previous, older, made),
      ]
      if (findings.length > 0) return printFindings(out, wanted.json, made, findings)
    }
    await replaceFile(wanted.out, certificate)
    await keepCertificate(folder, certificate)
    if (witness !== undefined) await appendWitness(witness, certificate)
    return printFindings(out, wanted.json, made, [])
  } finally {
    await opened.log.close()
  }
}
