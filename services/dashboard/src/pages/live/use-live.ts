import { useEffect, useReducer } from 'react'
import { client } from '../../app/client.ts'
import { useScope } from '../../app/scope.ts'
import { NOTHING_YET, withMessage, type LiveChange, type LiveState } from './live-state.ts'

/** Decisions and figures as they come; the client connects again by itself, without gap or repeat. */
export function useLive(): LiveState {
  const { swarm, run, ready } = useScope()
  const [state, dispatch] = useReducer(
    (old: LiveState, change: LiveChange | 'begin') =>
      change === 'begin' ? NOTHING_YET : withMessage(old, change),
    NOTHING_YET,
  )
  useEffect(() => {
    if (!ready) return
    const stop = new AbortController()
    dispatch('begin')
    const follow = async () => {
      const query = { run, kinds: ['decision'], stats: true }
      for await (const message of client.live(swarm, query, stop.signal)) dispatch(message)
    }
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) dispatch({ type: 'ended', error })
    })
    return () => stop.abort()
  }, [swarm, run, ready])
  return state
}
