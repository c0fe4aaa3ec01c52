import { useMutation } from '@tanstack/react-query'
import { client } from '../app/client.ts'
import { scopeParams } from '../app/read.ts'
import { useScope } from '../app/scope.ts'
import { downloadText } from './download.ts'
import { ProblemBox } from './problem-box.tsx'

export interface EvidenceButtonProps {
  /** Such as `proposal:NAME` or `figure:brier/AGENT`. */
  readonly claim: string
  readonly label?: string
}

/**
 * Explains a figure: gives the events behind it as a pack that computes it again offline
 * (`waggle explain --check FILE`).
 */
export function EvidenceButton({ claim, label = 'Explain' }: EvidenceButtonProps) {
  const scope = useScope()
  const explain = useMutation({
    mutationFn: async () => {
      const { data } = await client.call('explain', { ...scopeParams(scope), claim })
      downloadText(`${claim.replace(/[^A-Za-z0-9._-]+/g, '-')}.evidence.json`, JSON.stringify(data))
      return data.events.length
    },
  })
  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={explain.isPending}
        title={`The events behind ${claim}, as a file that computes it again offline`}
        onClick={() => explain.mutate()}
      >
        {explain.isSuccess ? `Explained by ${explain.data} events` : label}
      </button>
      {explain.error === null ? null : <ProblemBox error={explain.error} />}
    </>
  )
}
