export type { Json, Shelf, ShelfEntry, ShelfPut } from './shelf.ts'
