import type { EventJson } from '@waggle/api'

/** Fields that say what an event is about, most telling first. */
const TELLING = [
  'question',
  'choice',
  'action',
  'content',
  'message',
  'label',
  'status',
  'resource',
  'instrument',
  'price',
  'quantity',
  'close',
  'value',
  'name',
  'key',
  'op',
  'reason',
  'reasoning',
] as const

const FIELDS_MAX = 3

/** An event on one line. */
export function summaryOf(event: EventJson): string {
  return TELLING.map((name) => event[name])
    .filter((value) => (typeof value === 'string' && value !== '') || typeof value === 'number')
    .slice(0, FIELDS_MAX)
    .join(' · ')
}
