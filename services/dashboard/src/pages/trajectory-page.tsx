import { Page } from '../ui/page.tsx'

export function TrajectoryPage() {
  return <Page title="Trajectory" />
}
