// vite.config.ts -- builds the console into dist/ (names carry hashes) and serves it while developing.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Where the API is while developing.
const server = process.env.KOI_SERVER ?? 'http://127.0.0.1:8080'
const doors = ['/v1', '/openapi.json', '/docs', '/healthz', '/metrics']

// Libraries that change rarely get files of their own, so that a new console does not fetch them again.
const shelves: [string, RegExp][] = [
  ['charts', /node_modules\/(echarts|zrender)\//],
  ['react', /node_modules\/(react|react-dom|react-router|scheduler)\//],
]

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: { manualChunks: (id) => shelves.find(([, is]) => is.test(id))?.[0] },
    },
  },
  server: { proxy: Object.fromEntries(doors.map((door) => [door, { target: server }])) },
})
