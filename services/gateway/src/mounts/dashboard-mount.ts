import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Context } from 'hono'
import type { GatewayApp, GatewayEnv } from '../gateway-parts.ts'
import { PAGE_POLICY, SANDBOX_POLICY } from './content-policy.ts'
import { pagePreloads } from './page-preloads.ts'

interface Asset {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Undefined where packing gains nothing. */
  readonly packed: Uint8Array<ArrayBuffer> | undefined
  readonly etag: string
  /** Its name changes with its content. */
  readonly forGood: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}
const PACKABLE = /^(text\/|application\/|image\/svg)/
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/
const INDEX = '/index.html'
const MANIFEST = '/.vite/manifest.json'

/**
 * The built dashboard. Every page of it is the same file, for the address says which; a file that is not there is
 * not found, so a broken link is no page. The folder is read once, so a new build shows after a restart.
 */
export function mountDashboard(app: GatewayApp, folder: string): void {
  const assets = readAssets(folder)
  const manifest = assets.get(MANIFEST)
  const preloads = pagePreloads(manifest && Buffer.from(manifest.bytes).toString())
  app.get('*', async (c, next) => {
    const path = decoded(c.req.path)
    const asset =
      assets.get(path === '/' ? INDEX : path) ?? (isPage(c, path) ? assets.get(INDEX) : undefined)
    if (asset === undefined) return next()
    const links = asset === assets.get(INDEX) ? preloads.get(path) : undefined
    if (links !== undefined) c.header('link', links)
    return send(c, asset, path)
  })
}

function send(c: Context<GatewayEnv>, asset: Asset, path: string): Response {
  c.header('cache-control', asset.forGood ? 'public, max-age=31536000, immutable' : 'no-cache')
  c.header('etag', asset.etag)
  c.header('vary', 'accept-encoding')
  c.header('content-type', asset.type)
  if (asset.type.startsWith('text/html')) c.header('content-security-policy', PAGE_POLICY)
  if (path.includes('worker')) c.header('content-security-policy', SANDBOX_POLICY)
  if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304)
  const packs = (c.req.header('accept-encoding') ?? '').includes('gzip')
  if (asset.packed === undefined || !packs) return c.body(asset.bytes)
  c.header('content-encoding', 'gzip')
  return c.body(asset.packed)
}

/** What a browser asks when somebody opens an address, not what a page or a program asks. */
function isPage(c: Context<GatewayEnv>, path: string): boolean {
  if (/^\/(v1|registry|clickhouse|mcp|docs)(\/|$)/.test(path)) return false
  const wantsPage = (c.req.header('accept') ?? '').includes('text/html')
  return wantsPage && extname(path) === ''
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function readAssets(folder: string): Map<string, Asset> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const full = join(file.parentPath, file.name)
        const path = `/${relative(folder, full).split(sep).join('/')}`
        return [path, assetOf(path, readFileSync(full))]
      }),
  )
}

function assetOf(path: string, content: Buffer): Asset {
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  const packed = PACKABLE.test(type) && content.length > 1024 ? gzipSync(content) : undefined
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22)
  return {
    type,
    bytes: new Uint8Array(content),
    packed: packed === undefined ? undefined : new Uint8Array(packed),
    etag: `"${hash}"`,
    forGood: HASHED.test(path),
  }
}
