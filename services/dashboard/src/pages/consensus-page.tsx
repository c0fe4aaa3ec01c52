import { Choice } from '../ui/choice.tsx'
import { useUrl } from '../app/url.ts'
import { Page } from '../ui/page.tsx'
import { Panels } from '../ui/panel.tsx'
import './consensus/consensus.css'
import { Locks } from './consensus/locks.tsx'
import { Proposals } from './consensus/proposals.tsx'

/** What the swarm votes on and has decided, and who holds which lock. */
export function ConsensusPage() {
  const [search, change] = useUrl()
  return (
    <Page
      title="Consensus and locks"
      tools={
        <Choice
          label="Proposals"
          value={search['show'] ?? 'all'}
          options={[
            ['all', 'open and decided'],
            ['open', 'open'],
            ['decided', 'decided'],
          ]}
          onChange={(show) => change({ show, proposal: undefined })}
        />
      }
    >
      <Panels>
        <Proposals />
        <Locks />
      </Panels>
    </Page>
  )
}
