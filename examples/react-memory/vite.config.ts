import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const gateway = 'http://127.0.0.1:4600'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    proxy: { '/v1': { target: gateway, changeOrigin: true, headers: { origin: gateway } } },
  },
  build: { target: 'es2024' },
})
