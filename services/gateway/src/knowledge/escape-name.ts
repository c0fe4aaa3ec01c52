/**
 * Names as memory keeps them: its relations are named `source|type|target`, so names are without a bar. It is written
 * as in addresses, and so is a percent sign that would be read as part of one; every name stays its own.
 */
export function escapeName(name: string): string {
  return name.replace(/%(?=7C|25)|\|/g, (found) => (found === '|' ? '%7C' : '%25'))
}

export function unescapeName(escaped: string): string {
  return escaped.replace(/%7C|%25(?=7C|25)/g, (found) => (found === '%7C' ? '|' : '%'))
}
