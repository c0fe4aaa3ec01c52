import { Page } from '../ui/page.tsx'

export function ProjectionsPage() {
  return <Page title="Projections" />
}
