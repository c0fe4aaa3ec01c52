import { useEffect, useRef, useSyncExternalStore } from 'react'

/** What a key does here; `g x` is a sequence of two. */
export interface KeyBinding {
  readonly keys: string
  readonly text: string
  readonly run: () => void
}

const SEQUENCE_MS = 1000
const bound = new Set<{ readonly current: readonly KeyBinding[] }>()
const listeners = new Set<() => void>()
let snapshot: readonly KeyBinding[] = []
let lead = { key: '', at: 0 }

function changed(): void {
  snapshot = [...bound].flatMap(({ current }) => current)
  for (const listener of listeners) listener()
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const pressable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(A|BUTTON|SUMMARY)$/.test(target.tagName)

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (typing(event.target) || (event.key === 'Enter' && pressable(event.target))) return
  const sequence = event.timeStamp - lead.at < SEQUENCE_MS ? `${lead.key} ${event.key}` : ''
  lead = { key: event.key, at: event.timeStamp }
  const all = [...bound].toReversed().flatMap(({ current }) => current)
  const found =
    all.find(({ keys }) => keys === sequence) ?? all.find(({ keys }) => keys === event.key)
  if (found === undefined) return
  event.preventDefault()
  found.run()
}

/** Keys of a component while it is shown; they stand in the help of `?`. Not while a text is being typed. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings)
  latest.current = bindings
  useEffect(() => {
    if (bound.size === 0) addEventListener('keydown', onKey)
    bound.add(latest)
    changed()
    return () => {
      bound.delete(latest)
      if (bound.size === 0) removeEventListener('keydown', onKey)
      changed()
    }
  }, [])
}

export function useBoundKeys(): readonly KeyBinding[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => snapshot,
  )
}
