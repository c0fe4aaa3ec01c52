import { createWaggleClient } from '@waggle/client'
import { WaggleProvider } from '@waggle/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { MemoryPage } from './memory-page.tsx'

// The token stands behind the #, which no browser sends: as in the address that `waggle dev` prints.
const given = new URLSearchParams(location.hash.slice(1))
const client = createWaggleClient({
  url: location.origin,
  token: given.get('token') ?? undefined,
})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <WaggleProvider client={client} swarm={given.get('swarm') ?? 'home'}>
      <MemoryPage agent={given.get('agent') ?? 'assistant'} />
    </WaggleProvider>
  </StrictMode>,
)
