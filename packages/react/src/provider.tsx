import type { WaggleClient } from '@waggle/client'
import { createContext, useContext, useMemo, type ReactNode } from 'react'

export interface WaggleScope {
  readonly client?: WaggleClient | undefined
  readonly swarm?: string | undefined
  /** A backtest or fork; live if left out. */
  readonly run?: string | undefined
}

const WaggleContext = createContext<WaggleScope>({})

/** Gateway, swarm and run for everything below; a hook's own options go first. */
export function WaggleProvider({
  client,
  swarm,
  run,
  children,
}: WaggleScope & { readonly children?: ReactNode }): ReactNode {
  const scope = useMemo(() => ({ client, swarm, run }), [client, swarm, run])
  return <WaggleContext value={scope}>{children}</WaggleContext>
}

export function useWaggleScope(): WaggleScope {
  return useContext(WaggleContext)
}
