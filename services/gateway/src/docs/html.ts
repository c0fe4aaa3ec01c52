/** Text as HTML shows it. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent);
  --quiet: color-mix(in srgb, currentColor 68%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem }
code, pre { font: 0.875rem/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid var(--line); border-radius: 6px }
details { border-top: 1px solid var(--line); padding: 0.4rem 0 }
summary { cursor: pointer; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line);
  overflow-wrap: break-word }
tr:target { outline: 2px solid Highlight }
.quiet { color: var(--quiet) } .method { display: inline-block; min-width: 4.5ch; font-weight: 600 }
nav a { margin-right: 1rem }
`

/** The same, with what stands between backticks as code. */
export function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** A whole page without scripts. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Documentation"><a href="/docs">Interface</a><a href="/docs/errors">Errors</a><a
 href="/openapi.json">OpenAPI</a><a href="/asyncapi.json">AsyncAPI</a></nav>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`
}
