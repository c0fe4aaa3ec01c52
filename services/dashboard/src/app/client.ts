import { QueryClient } from '@tanstack/react-query'
import { createWaggleClient, GatewayError } from '@waggle/client'
import { takeToken } from './token.ts'

export const token = takeToken()
export const client = createWaggleClient({
  url: location.origin,
  token,
  fetch: (input, init) => fetch(input, init),
})

const RETRIES = 2

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < RETRIES && error instanceof GatewayError && error.problem.retriable,
      staleTime: 2000,
      refetchOnWindowFocus: false,
    },
  },
})
