import { Page } from '../ui/page.tsx'

export function ConsensusPage() {
  return <Page title="Consensus and locks" />
}
