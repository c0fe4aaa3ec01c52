import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWaggleError } from '@waggle/base'
import { CERTIFICATE_FORMAT, type CertificateBody } from './certificate-body.ts'
import { openCertificate, sealCertificate, summaryRoot } from './certificate.ts'
import { base64Of, EMPTY_ROOT } from './merkle-hash.ts'
import { createNoteKey, noteSigner } from './signed-note.ts'

const signer = noteSigner(createNoteKey('body.test'))
const root = base64Of(EMPTY_ROOT)
const partitions = [
  { topic: 't', partition: 0, records: 3, nextOffset: '3', storage: root, content: root },
]
const BODY: CertificateBody = {
  format: CERTIFICATE_FORMAT,
  issuedAt: '2026-01-01T00:00:00.000000Z',
  content: summaryRoot(partitions, 'content'),
  partitions,
  views: [{ name: 'v', version: 1, digest: 'd' }],
  schemas: [{ id: 1, sha256: 's' }],
  code: null,
  seed: 'line\nfeed',
  engines: { node: '24' },
  previous: { sha256: 'p', proofs: { 't/0': [root] } },
}

const open = (text: string) => openCertificate(text, signer.verifier)
/** Signed by the right key, but with another body. */
const withBody = (json: string): string =>
  signer.sign(`o\n3\n${summaryRoot(partitions, 'storage')}\n${json}\n`)

describe('a certificate', () => {
  it('opens as it was sealed', () => {
    const text = sealCertificate(BODY, 'a.example/log', signer)
    expect(open(text)).toEqual({
      origin: 'a.example/log',
      records: 3,
      storage: summaryRoot(partitions, 'storage'),
      body: BODY,
      signed: true,
    })
    expect(() => sealCertificate(BODY, 'a\nb', signer)).toThrow(/origin/i)
  })

  it('contradicts itself when a root, a number or a line is another', () => {
    const other = [{ ...partitions[0]!, records: 4 }]
    for (const body of [
      { ...BODY, content: root },
      { ...BODY, partitions: other },
    ])
      expect(() => open(withBody(JSON.stringify(body)))).toThrow(/contradict/)
    expect(() => open(withBody(`${JSON.stringify(BODY)}\nmore`))).toThrow(/contradict/)
  })

  it('is named as none, whatever stands in place of a part of it', () => {
    const paths = [
      ...Object.keys(BODY).map((name) => [name]),
      ...Object.keys(partitions[0]!).map((name) => ['partitions', '0', name]),
      ['views', '0'],
      ['schemas', '0', 'id'],
      ['previous', 'proofs'],
      ['previous', 'proofs', 't/0', '0'],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.json(), (path, json) => {
        const body = structuredClone(BODY) as unknown as Record<string, unknown>
        const last = path.at(-1)!
        const holder = path
          .slice(0, -1)
          .reduce((value, name) => value[name] as Record<string, unknown>, body)
        holder[last] = JSON.parse(json)
        try {
          expect(open(withBody(JSON.stringify(body))).signed).toBe(true)
        } catch (error) {
          expect(isWaggleError(error, 'INPUT_INVALID')).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
    for (const json of ['', 'null', '[]', '{}', '{"format":"waggle-certificate/v2"}'])
      expect(() => open(withBody(json))).toThrow(/no certificate/)
  })
})
