/** A path with a query; what is undefined is left out, and what is no text is written as JSON. */
export function withQuery(path: string, values: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values))
    if (value !== undefined)
      query.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}
