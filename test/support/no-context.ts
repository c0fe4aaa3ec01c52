/** The optional fields of an envelope, all left out. */
export const NO_CONTEXT = {
  trajectory: null,
  cause: null,
  run: null,
  subject: null,
  model_id: null,
  model_version: null,
  model_cutoff: null,
} as const
