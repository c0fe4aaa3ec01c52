import { describe, expect, it } from 'vitest'
import { createNoteKey, noteSigner, openNote } from './signed-note.ts'

/** The example of Go's golang.org/x/mod/sumdb/note. */
const PRIVATE = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const PUBLIC = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const SIGNED = `${TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

describe('signed notes', () => {
  it('are those of the published example, byte for byte', () => {
    const signer = noteSigner(PRIVATE)
    expect(signer.verifier).toBe(PUBLIC)
    expect(signer.sign(TEXT)).toBe(SIGNED)
    expect(openNote(SIGNED, PUBLIC)).toEqual({ text: TEXT, signed: true })
  })

  it('do not open changed, or with the key of another of the same name', () => {
    const signer = noteSigner(createNoteKey('a.example/log'))
    const other = noteSigner(createNoteKey('a.example/log'))
    const note = signer.sign('one\ntwo\n')
    expect(openNote(note, signer.verifier).signed).toBe(true)
    expect(openNote(note, other.verifier).signed).toBe(false)
    for (let at = 0; at < 'one\ntwo'.length; at++) {
      const changed = `${note.slice(0, at)}#${note.slice(at + 1)}`
      expect(openNote(changed, signer.verifier).signed).toBe(false)
    }
  })

  it('name what is no key and no note', () => {
    expect(() => createNoteKey('a b')).toThrow(/FIELD_INVALID|blanks/)
    expect(() => noteSigner(PUBLIC)).toThrow(/no private key/)
    expect(() => noteSigner(PRIVATE.replace('c74f', 'c74e'))).toThrow(/id/)
    expect(() => openNote('text', PUBLIC)).toThrow(/no signed note/)
    expect(() => openNote(SIGNED, PRIVATE)).toThrow(/no verifier key/)
  })
})
