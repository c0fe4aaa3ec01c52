import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './app/client.ts'
import { router } from './app/router.tsx'
import { askAhead } from './app/scope.ts'
import { applyTheme } from './app/theme.ts'
import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/pieces.css'

void askAhead()
applyTheme()
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
