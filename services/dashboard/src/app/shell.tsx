import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { Suspense } from 'react'
import { GatewayError } from '@waggle/client'
import { KeyHelp } from '../ui/key-help.tsx'
import { ProblemBox } from '../ui/problem-box.tsx'
import { token } from './client.ts'
import { useKeys } from './keys.ts'
import { PAGES } from './pages.ts'
import { ScopeBar } from './scope-bar.tsx'
import { useMe } from './scope.ts'
import { switchTheme, useTheme } from './theme.ts'
import { TokenForm } from './token-form.tsx'
import { scopeOf, type Search } from './url.ts'

const keepScope = ((old: Search) => scopeOf(old)) as never

/** What surrounds every page: navigation, the scope, and the question for a token. */
export function Shell() {
  const me = useMe()
  const navigate = useNavigate()
  useKeys([
    ...PAGES.map(({ path, title, key }) => ({
      keys: `g ${key}`,
      text: `To ${title}`,
      run: () => void navigate({ to: path, search: keepScope }),
    })),
    { keys: 'D', text: 'Light or dark', run: switchTheme },
  ])
  const refused = me.error instanceof GatewayError && me.error.problem.status === 401
  return (
    <div className="shell">
      <a className="skip" href="#main">
        To the page
      </a>
      <header className="top">
        <span className="brand">
          <img src="/favicon.svg" alt="" width="18" height="18" /> Waggle
        </span>
        {token === undefined || refused ? null : <ScopeBar />}
        <div className="top-tools">
          <ThemeSwitch />
          <KeyHelp />
        </div>
      </header>
      <nav className="nav" aria-label="Pages">
        {PAGES.map(({ path, title }) => (
          <Link
            key={path}
            to={path}
            search={keepScope}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {title}
          </Link>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        {token === undefined || refused ? (
          <TokenForm refused={refused} />
        ) : (
          <>
            {me.error === null ? null : (
              <ProblemBox error={me.error} onRetry={() => void me.refetch()} />
            )}
            <Suspense fallback={<p className="waiting">Loading …</p>}>
              <Outlet />
            </Suspense>
          </>
        )}
      </main>
    </div>
  )
}

function ThemeSwitch() {
  const other = useTheme() === 'dark' ? 'light' : 'dark'
  return (
    <button type="button" className="quiet" onClick={switchTheme} title="Light or dark (D)">
      {other === 'dark' ? 'Dark' : 'Light'}
    </button>
  )
}
