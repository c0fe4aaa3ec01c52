import { Page } from '../ui/page.tsx'
import { Panels } from '../ui/panel.tsx'
import { DeadLetters } from './projections/dead-letters.tsx'
import { Projections } from './projections/projections.tsx'
import './projections/projections.css'

/** How far every view is, and what no view could take. */
export function ProjectionsPage() {
  return (
    <Page title="Projections">
      <Panels>
        <Projections />
        <DeadLetters />
      </Panels>
    </Page>
  )
}
