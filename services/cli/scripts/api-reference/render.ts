import { basename } from 'node:path'
import { frontDoorsOf, type FrontDoor, type PublicName } from './front-door.ts'

/** What agent authors and integrators import, in the order in which they meet it. */
const PARTS: readonly (readonly [title: string, packages: readonly string[]])[] = [
  ['Agents', ['agent', 'agent-adapters', 'coordinate', 'backtest']],
  ['Over the network', ['client', 'react', 'mcp', 'api']],
  ['The past', ['query', 'replay', 'fork', 'explain']],
  ['Events and the log', ['event', 'emit', 'ingest', 'archive', 'certify', 'vault']],
  ['Under all of them', ['base']],
]
const KINDS = ['function', 'class', 'constant', 'interface', 'type'] as const
/** Characters; a longer signature is read in the source. */
const LONGEST = 160

export const REFERENCED: readonly string[] = PARTS.flatMap(([, packages]) => packages)

const HEAD = `# Packages

Every name that a package's front door exports, with the first sentence of the comment above it and a link to the source,
where the rest of the comment stands. Made from the sources by \`npm run generate\`; a test holds them together.

The HTTP interface is in [gateway.md](gateway.md), the command line in [cli.md](cli.md), the tools for MCP clients in
[mcp.md](mcp.md), the events in [schemas](../schemas/README.md). How an agent is written: [write-an-agent.md](write-an-agent.md).
`

/** docs/reference.md: what the packages under `root` export. */
export function packageReference(root: string): string {
  const contents = PARTS.map(
    ([title, packages]) =>
      `- ${title}: ${packages.map((name) => `[${name}](#waggle${name})`).join(', ')}`,
  )
  const parts = PARTS.map(([, packages]) =>
    packages.map((name) => packageText(root, name)).join('\n'),
  )
  return [HEAD, `${contents.join('\n')}\n`, ...parts].join('\n')
}

function packageText(root: string, name: string): string {
  const [about, doors] = frontDoorsOf(root, `packages/${name}`)
  const [main, ...others] = doors.map(doorText)
  const below = others.map((text, index) => `\n### ${doors[index + 1]!.specifier}\n\n${text}`)
  return `## @waggle/${name}\n\n${about}.\n\n${main}${below.join('')}`
}

function doorText({ names }: FrontDoor): string {
  const inOrder = [...names].sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
  )
  return inOrder.map(line).join('')
}

function line({ name, kind, signature, file, says }: PublicName): string {
  const shown = signatureText(name, kind, signature)
  const parts = [`**${name}**`, `${kind} in [${basename(file)}](../${file})`, ...shown]
  return `- ${parts.join(', ')}${says === undefined ? '' : `\\\n  ${says}`}\n`
}

function signatureText(name: string, kind: string, signature: string | undefined): string[] {
  if (signature === undefined || signature.length > LONGEST) return []
  return [kind === 'type' ? `\`${signature}\`` : `\`${name}${signature}\``]
}
