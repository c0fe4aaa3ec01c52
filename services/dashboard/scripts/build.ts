import { build } from 'vite'

/** `npm run build:dashboard`, and `waggle dev` where the pages are missing or older than their sources. */
await build({ root: new URL('..', import.meta.url).pathname, logLevel: 'warn' })
