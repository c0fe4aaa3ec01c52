export { WaggleSaver } from './langgraph/waggle-saver.ts'
export { WaggleStore } from './langgraph/waggle-store.ts'
export type { WaggleStoreOptions } from './langgraph/waggle-store.ts'
