import { cpus, totalmem } from 'node:os'

/** Rounds of two or more rivals in turn (A B B A …), so that a drift of the machine hits all alike. */
export async function interleaved(
  rounds: number,
  rivals: readonly { readonly name: string; readonly run: () => Promise<number> }[],
): Promise<Map<string, number[]>> {
  const samples = new Map<string, number[]>(rivals.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? rivals : [...rivals].reverse()
    for (const { name, run } of order) samples.get(name)!.push(await run())
  }
  return samples
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function line(name: string, values: readonly number[], unit: string): string {
  const [low, middle, high] = [0, 0.5, 1].map((share) => show(quantile(values, share)))
  return `  ${name.padEnd(46)} ${middle} ${unit}  (min ${low}, max ${high}, n ${values.length})`
}

export function show(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

export function machineLine(): string {
  const [cpu] = cpus()
  return `${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`
}

export function verify(condition: boolean, what: string): void {
  if (!condition) throw new Error(`The benchmark did not do its work: ${what}`)
}
