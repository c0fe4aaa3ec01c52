import type { Micros } from '@waggle/base'

/** A value as JSON knows it. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface ShelfEntry {
  readonly key: string
  readonly value: Json
  /** 1 for the first; counts the writes of this key. */
  readonly version: number
  /** Agent that wrote this version. */
  readonly source: string
  readonly createdAt: Micros
  readonly updatedAt: Micros
}

export interface ShelfPut {
  /** VERSION_CONFLICT where it is another; 0 for a new one. Whatever there is if left out. */
  readonly expectedVersion?: number
  /** Milliseconds until it is forgotten. */
  readonly ttlMs?: number
}

/**
 * What adapters keep things in: the documents of one type in one namespace. A read includes every write before
 * it; a write is durable when it resolves.
 */
export interface Shelf {
  get(key: string): Promise<ShelfEntry | undefined>
  /** Those whose key begins with `prefix`, by key. */
  list(prefix?: string): Promise<readonly ShelfEntry[]>
  put(key: string, value: Json, options?: ShelfPut): Promise<ShelfEntry>
  remove(key: string): Promise<void>
  /** All versions still at hand, oldest first. */
  history(key: string): Promise<readonly ShelfEntry[]>
}
