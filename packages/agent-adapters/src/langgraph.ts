export { WaggleSaver } from './langgraph/waggle-saver.ts'
