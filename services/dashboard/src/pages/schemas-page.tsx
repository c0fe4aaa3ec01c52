import { Page } from '../ui/page.tsx'

export function SchemasPage() {
  return <Page title="Schemas" />
}
