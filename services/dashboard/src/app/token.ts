const NAME = 'waggle-token'

/** The token of this tab. One in the address, as `waggle dev` prints it, is kept and taken out of the address. */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null) {
    sessionStorage.setItem(NAME, given)
    history.replaceState(null, '', location.pathname + location.search)
  }
  return sessionStorage.getItem(NAME) ?? undefined
}

/** Begins anew with another token. */
export function changeToken(token: string): void {
  if (token === '') sessionStorage.removeItem(NAME)
  else sessionStorage.setItem(NAME, token)
  location.reload()
}
