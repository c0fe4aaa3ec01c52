import { Page } from '../ui/page.tsx'

export function MemoryPage() {
  return <Page title="Memory analytics" />
}
