import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { lightApi } from './scripts/light-api.ts'

/** The gateway that `vite` and `vite preview` pass calls on to; the one of `waggle dev` if left out. */
const gateway = process.env['WAGGLE_GATEWAY'] ?? 'http://127.0.0.1:4600'
const proxy = { '/v1': { target: gateway, changeOrigin: true, headers: { origin: gateway } } }

export default defineConfig(({ command }) => {
  // Whoever builds, a test too: what is built is what is served.
  if (command === 'build') process.env['NODE_ENV'] = 'production'
  return {
    root: import.meta.dirname,
    plugins: [react(), lightApi()],
    server: { host: '127.0.0.1', proxy },
    preview: { host: '127.0.0.1', proxy },
    build: {
      target: 'es2024',
      outDir: 'dist',
      emptyOutDir: true,
      manifest: true,
      // A text in the page would need `unsafe-inline` of the gateway's content security policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  }
})
