import { Page } from '../ui/page.tsx'

export function SqlPage() {
  return <Page title="SQL" />
}
