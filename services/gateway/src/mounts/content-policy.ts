/** Pages load and ask nothing but the gateway itself, and run no script that is not a file of it. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Workers have a policy of their own: the one that filters events may make functions of what a user types, and
 * reaches nothing with them.
 */
export const SANDBOX_POLICY = "default-src 'none'; script-src 'self' 'unsafe-eval'"
