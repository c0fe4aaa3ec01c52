import { useState } from 'react'
import { useScope } from '../../app/scope.ts'
import { useUrl } from '../../app/url.ts'
import { patchOf, placeOf, type LogPlace } from './log-place.ts'
import { placeBefore, type LogView } from './read-log-page.ts'

/** Page by page both ways, and to both ends. */
export function PageSteps({ view }: { readonly view: LogView }) {
  const [search, change] = useUrl()
  const { swarm, run } = useScope()
  const [looking, setLooking] = useState(false)
  const { direction, since, from } = placeOf(search)
  const go = (place: Partial<LogPlace>) => change(patchOf(place))
  const beganAtTime = direction === 'newer' && from === undefined && since !== undefined
  const goOlder = async () => {
    if (!beganAtTime) return go({ from: view.older ?? undefined, direction: 'older' })
    setLooking(true)
    const place = await placeBefore({ swarm, run }, search, view).finally(() => setLooking(false))
    go({ from: place, direction: 'older' })
  }
  return (
    <>
      <button type="button" onClick={() => go({})} title="The newest records">
        Newest
      </button>
      <button
        type="button"
        disabled={view.newer === null}
        onClick={() => go({ from: view.newer ?? undefined, direction: 'newer' })}
      >
        ↑ Newer
      </button>
      <button
        type="button"
        disabled={looking || (view.older === null && !beganAtTime)}
        onClick={() => void goOlder()}
      >
        ↓ Older
      </button>
      <button type="button" onClick={() => go({ direction: 'newer' })} title="The first records">
        First
      </button>
    </>
  )
}
