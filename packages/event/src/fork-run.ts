/** Runs of forks carry it, so that every reader of a record knows one without looking anywhere else. */
export const FORK_RUN_PREFIX = 'fork:'

/**
 * Whether a run is a fork. What a fork begins with stands under its parent's run, so its votes and locks can be
 * counted only where both are read as one (`packages/fork`): those who say results in the log leave it out.
 */
export function isForkRun(run: string | null): boolean {
  return run !== null && run.startsWith(FORK_RUN_PREFIX)
}
