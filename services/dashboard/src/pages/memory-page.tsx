import { Page } from '../ui/page.tsx'
import { Panels } from '../ui/panel.tsx'
import { Calibration } from './memory/calibration.tsx'
import { Figures } from './memory/figures.tsx'
import { Maintenance } from './memory/maintenance.tsx'
import './memory/memory.css'
import { Patterns } from './memory/patterns.tsx'

/** What the memory costs, what it gives, and what outcomes taught. */
export function MemoryPage() {
  return (
    <Page title="Memory">
      <Panels>
        <Figures />
        <Calibration />
        <Maintenance />
        <Patterns />
      </Panels>
    </Page>
  )
}
