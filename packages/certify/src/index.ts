export { CompactRange, rootOf } from './compact-range.ts'
export { openFileTiles } from './file-tiles.ts'
export { openLogTrees } from './log-trees.ts'
export type { AdvanceOptions, LogTrees } from './log-trees.ts'
export { base64Of, hashOfBase64 } from './merkle-hash.ts'
export type { Hash } from './merkle-hash.ts'
export type { PartitionTree } from './partition-tree.ts'
export { leafOf } from './record-leaf.ts'
export type { RecordLeaf } from './record-leaf.ts'
export { createNoteKey, noteSigner, openNote } from './signed-note.ts'
export type { NoteSigner, OpenedNote } from './signed-note.ts'
export { createMemoryTiles } from './tile-store.ts'
export type { TileStore } from './tile-store.ts'
export {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from './tree-proofs.ts'
export type { NodeReader, TreeHead } from './tree-proofs.ts'
export { CERTIFICATE_FORMAT } from './certificate-body.ts'
export type {
  CertificateBody,
  CertifiedPartition,
  CertifiedSchema,
  CertifiedView,
  Previous,
} from './certificate-body.ts'
export { openCertificate, readCertificate } from './certificate.ts'
export type { Certificate, OpenedCertificate } from './certificate.ts'
export { certify } from './certify.ts'
export type { CertifyOptions } from './certify.ts'
export type { Finding } from './finding.ts'
export { keepCertificate, keptCertificate } from './kept-certificate.ts'
export type { KeptCertificate } from './kept-certificate.ts'
export type { MakeView } from './fold-views.ts'
export { proveRecord, provesRecord } from './prove-record.ts'
export type { RecordProof } from './prove-record.ts'
export { verifySuccession } from './succession.ts'
export { signatureFindings, verifyCertificate, verifyTrees } from './verify-certificate.ts'
export type { Verification, VerifyOptions } from './verify-certificate.ts'
