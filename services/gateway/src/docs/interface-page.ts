import { escaped, page, prose } from './html.ts'

/** As much of an OpenAPI document as the page shows. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> }
}

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: unknown
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: unknown }>>
  }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>
  >
}

/** The interface as a page: every operation with what it takes and answers. */
export function interfacePage({ info, paths, components }: OpenApi): string {
  const byTag = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'other'
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation)])
    }
  const groups = [...byTag].map(
    ([tag, operations]) =>
      `<h2 id="${escaped(tag)}">${escaped(tag)}</h2>\n${operations.join('\n')}`,
  )
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${json(schema)}</details>`,
  )
  return page(
    `${info.title} ${info.version}`,
    `<p>${prose(info.description ?? '')}</p>\n${groups.join('\n')}\n<h2 id="schemas">Schemas</h2>\n${schemas.join('\n')}`,
  )
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const { summary = '', description = '', parameters = [], requestBody, responses } = operation
  const rows = parameters.map(
    ({ name, in: where, required, schema }) =>
      `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${where}${required === true ? ', required' : ''}</td><td><code>${escaped(brief(schema))}</code></td></tr>`,
  )
  const table = rows.length === 0 ? '' : `<table><tbody>${rows.join('')}</tbody></table>`
  const body = contentHtml('Body', requestBody)
  const answer = contentHtml('Answer', responses['200'])
  return `<details><summary><code><span class="method">${method.toUpperCase()}</span> ${escaped(path)}</code> <span class="quiet">${escaped(summary)}</span></summary>
<p>${prose(description)}</p>${table}${body}${answer}</details>`
}

interface Contents {
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>
}

/** Each way to send it: JSON needs no name. */
function contentHtml(title: string, { content = {} }: Contents = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => {
      const named = type === 'application/json' ? '' : ` <code>${escaped(type)}</code>`
      return `<h3>${title}${named}</h3>${json(schema)}`
    })
    .join('')
}

function json(schema: unknown): string {
  const text = escaped(JSON.stringify(schema, null, 2))
  const linked = text.replace(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    '<a href="#schema-$1">$1</a>',
  )
  return `<pre tabindex="0">${linked}</pre>`
}

function brief(schema: unknown): string {
  const { $ref, type } = (schema ?? {}) as { $ref?: string; type?: string | string[] }
  return $ref?.split('/').at(-1) ?? [type ?? ''].flat().join(' or ')
}
