import { useState } from 'react'
import { useAct } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'

type Task = 'clean-up' | 'optimise'

const TASKS: readonly (readonly [task: Task, title: string, text: string])[] = [
  ['clean-up', 'Clean up', 'Lets go of what retention has ended.'],
  ['optimise', 'Optimise', 'Consolidates what says the same, and compacts what is stored.'],
]

/** Clean-up and optimising: what they would change is shown before anything changes. */
export function Maintenance() {
  return (
    <Panel title="Care of the memory" span={6}>
      <div className="care">
        {TASKS.map(([task, title, text]) => (
          <Care key={task} task={task} title={title} text={text} />
        ))}
      </div>
    </Panel>
  )
}

interface CareProps {
  readonly task: Task
  readonly title: string
  readonly text: string
}

function Care({ task, title, text }: CareProps) {
  const { swarm, run, asOf } = useScope()
  const [shown, setShown] = useState(false)
  const maintain = useAct('maintainMemory')
  const ask = (dry_run: boolean) => {
    setShown(dry_run)
    maintain.mutate({ swarm, run, body: { what: task, dry_run } })
  }
  const found = maintain.data?.data
  return (
    <section aria-label={title}>
      <p className="row">
        <button
          type="button"
          disabled={maintain.isPending || asOf !== undefined}
          onClick={() => ask(true)}
        >
          {title} …
        </button>
        <span className="faint">
          {asOf === undefined ? text : 'The past is not changed: choose now above.'}
        </span>
      </p>
      <div aria-live="polite">
        {found === undefined ? null : (
          <p className="found">
            {shown ? 'Would change' : 'Changed'} {found.changed} of {found.looked_at} memories.{' '}
            {found.text}
          </p>
        )}
        {found !== undefined && shown && found.changed > 0 ? (
          <button type="button" disabled={maintain.isPending} onClick={() => ask(false)}>
            {title} these {found.changed}
          </button>
        ) : null}
        {maintain.error === null ? null : <ProblemBox error={maintain.error} />}
      </div>
    </section>
  )
}
