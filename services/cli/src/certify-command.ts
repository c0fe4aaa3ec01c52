import { replaceFile } from '@waggle/base'
import { certify, openCertificate, signatureFindings, verifySuccession } from '@waggle/certify'
import { z } from 'zod'
import { CERTIFIED_VIEWS } from './certified-views.ts'
import {
  appendWitness,
  lastWitnessed,
  openTrees,
  signerIn,
  treesFolder,
} from './certificate-files.ts'
import { printFindings } from './finding-lines.ts'
import { openLog } from './open-log.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'

export const CERTIFY_USAGE = `waggle certify --out FILE --key FILE [--data DIR] [--trees DIR] [--witness FILE]
               [--origin NAME] [--code TEXT] [--seed TEXT] [--json]

Certifies every record in the log, and what the views make of them, and signs it.

  --out      the certificate
  --key      private key; made if there is none, with the public key beside it as FILE.pub
  --data     folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --trees    folder of the hash trees, read on from where they stand; DIR/certificate if left out
  --witness  file of all certificates, to be kept where the log is not: proves that the log only grew
  --origin   name of the log; the key's if left out (\`waggle\` for a new key)
  --code     hash or commit of the code that made the views
  --seed     seed of the run

Exit code: 0 signed, 1 the log was rewritten or rolled back since (nothing is signed), 2 bad arguments, 3 not
found, 5 the log or the registry cannot be reached.
`

const text = z.string().min(1)
const schema = z.strictObject({
  out: text,
  key: text,
  data: text.optional(),
  trees: text.optional(),
  witness: text.optional(),
  origin: text.regex(/^[^\s+]+$/, 'no blanks and no `+`').optional(),
  code: text.optional(),
  seed: text.optional(),
  json: z.boolean().default(false),
})

export async function runCertify(
  argv: readonly string[],
  { environment, clock, out }: CommandDeps,
): Promise<number> {
  const wanted = parseOptions(argv, schema, ['json'])
  const { code, seed, witness } = wanted
  const folder = treesFolder(wanted.trees, wanted.data)
  const signer = await signerIn(wanted.key, wanted.origin ?? 'waggle')
  const previous = witness === undefined ? undefined : await lastWitnessed(witness)
  const { log, codec } = await openLog(wanted.data, environment)
  try {
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
    const opened = openCertificate(certificate, signer.verifier)
    if (previous !== undefined) {
      const older = openCertificate(previous, signer.verifier)
      const findings = [
        ...signatureFindings(older, signer.verifier),
        ...verifySuccession(previous, older, opened),
      ]
      if (findings.length > 0) return printFindings(out, wanted.json, opened, findings)
    }
    await replaceFile(wanted.out, certificate)
    if (witness !== undefined) await appendWitness(witness, certificate)
    return printFindings(out, wanted.json, opened, [])
  } finally {
    await log.close()
  }
}
