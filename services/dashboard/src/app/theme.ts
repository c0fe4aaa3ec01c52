import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'

const NAME = 'waggle-theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

/** What was chosen here, or what the system prefers. */
export function currentTheme(): Theme {
  const chosen = localStorage.getItem(NAME)
  if (chosen === 'light' || chosen === 'dark') return chosen
  return system.matches ? 'dark' : 'light'
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = currentTheme()
  for (const listener of listeners) listener()
}

export function switchTheme(): void {
  localStorage.setItem(NAME, currentTheme() === 'dark' ? 'light' : 'dark')
  applyTheme()
}

system.addEventListener('change', applyTheme)

/** Charts draw on a canvas, which does not follow the style sheet: they take the colours again when this changes. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentTheme)
}

/** A custom property as a colour that a canvas understands. */
export function colourOf(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
