import { Badge, type Tone } from '../../ui/badge.tsx'

const TONES: Readonly<Record<string, Tone>> = {
  PENDING: 'info',
  APPROVED: 'good',
  GRANTED: 'good',
  REJECTED: 'bad',
  DENIED: 'bad',
  EXPIRED: 'warn',
}

export function StatusBadge({ status }: { readonly status: string }) {
  return <Badge tone={TONES[status] ?? 'plain'}>{status.toLowerCase()}</Badge>
}
