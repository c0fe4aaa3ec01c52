import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { Page } from '../ui/page.tsx'
import { ProblemBox } from '../ui/problem-box.tsx'
import { PAGES } from './pages.ts'
import { Shell } from './shell.tsx'
import { parseSearch, stringifySearch, type Search } from './url.ts'

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>) => search as Search,
  component: Shell,
  notFoundComponent: () => <Page title="No such page">The navigation lists what there is.</Page>,
})

const routes = PAGES.map(({ path, component }) =>
  createRoute({ getParentRoute: () => root, path, component }),
)

export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: ({ error }) => (
    <Page title="This page failed">
      <ProblemBox error={error} />
    </Page>
  ),
})
