/**
 * Texts at a path of a value: `$` is all of it, `title` or `meta.title` a field, `chapters[*].text` one text for
 * each, `authors[0]` or `authors[-1]` one item. Numbers and the like are texts as JSON has them.
 */
export function textsAt(value: unknown, path: string): string[] {
  if (path === '' || path === '$') return [JSON.stringify(value)]
  const steps = path.split(/\.|(?=\[)/)
  const found = steps.reduce<unknown[]>(
    (values, step) => values.flatMap((one) => next(one, step)),
    [value],
  )
  return found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
}

function next(value: unknown, step: string): unknown[] {
  const index = /^\[(\*|-?\d+)\]$/.exec(step)?.[1]
  if (index !== undefined) {
    if (!Array.isArray(value)) return []
    if (index === '*') return value
    const item: unknown = value.at(Number(index))
    return item === undefined ? [] : [item]
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return []
  return [(value as Record<string, unknown>)[step]]
}
