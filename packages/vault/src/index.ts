export type { Vault } from './vault.ts'
