import { composeServices, type Service } from '@waggle/base'
import {
  createRunner,
  savedAtStop,
  withSnapshots,
  type ProjectionRunner,
  type RunnerOptions,
  type Snapshots,
} from '@waggle/consume'
import { createBankProjection, type BankView } from '@waggle/reasoning-bank'

export interface BankReader extends Service {
  readonly runner: ProjectionRunner
  readonly view: BankView
}

export interface BankReaderOptions extends Omit<RunnerOptions, 'projection'> {
  /** Where the bank is put away, so that it need not be folded from the start; not if left out. */
  readonly snapshots?: Snapshots | undefined
}

/** The ReasoningBank of a process that only reads it: what becomes of patterns, a distiller elsewhere says. */
export function createBankReader(options: BankReaderOptions): BankReader {
  const projection = withSnapshots(createBankProjection(), options)
  const runner = createRunner({ ...options, projection })
  const parts = [savedAtStop('bank', () => projection), runner]
  return { ...composeServices('bank', parts), runner, view: projection.view }
}
