import { useCallback, useMemo } from 'react'
import { useKeys } from '../app/keys.ts'
import { useRead } from '../app/read.ts'
import { useScope } from '../app/scope.ts'
import { useUrl } from '../app/url.ts'
import { DecisionTable } from '../parts/decision-table.tsx'
import { Answered } from '../ui/answered.tsx'
import { Choice } from '../ui/choice.tsx'
import { Empty } from '../ui/empty.tsx'
import { isoOf, microsOfText } from '../ui/format.ts'
import { Page } from '../ui/page.tsx'
import { Panel, Panels } from '../ui/panel.tsx'
import { AsOfSlider } from './agent/as-of-slider.tsx'
import { DecisionDetail } from './agent/decision-detail.tsx'
import { DecisionChart } from './agent/decision-chart.tsx'
import { Sight } from './agent/sight.tsx'
import { decisionAt, stepFrom, withoutFuture } from './agent/step-decisions.ts'
import './agent/agent.css'

const DECISIONS_MAX = 10_000

/** One agent at one moment: what it remembers and sees, what it decided, and on what. */
export function AgentPage() {
  const { swarm, run } = useScope()
  const { agent, agents, choose } = useAgent()
  if (agents.data?.data.length === 0)
    return (
      <Page title="Agent">
        <Empty
          title={`No agent has joined ${swarm} in ${run}`}
          command="npm run demo -- --fresh --until 2002-12-31"
        />
      </Page>
    )
  const names = agents.data?.data.map((one) => one.agent) ?? []
  const tools = (
    <Choice
      label="Agent"
      value={agent}
      options={[...new Set([...names, agent])].map((name) => [name, name])}
      onChange={choose}
    />
  )
  return (
    <Page title="Agent" tools={tools}>
      <Answered query={agents}>{() => <OneAgent agent={agent} />}</Answered>
    </Page>
  )
}

/** The chosen agent; the one that decided last where the address names none. */
function useAgent() {
  const [search, change] = useUrl()
  const agents = useRead('agents', { left: 'true' }, { every: 0, now: true })
  const latest = useRead('decisions', { limit: 1 }, { every: 0, now: true })
  const agent =
    search['agent'] ?? latest.data?.data[0]?.event.agent ?? agents.data?.data[0]?.agent ?? ''
  const choose = (name: string) => change({ agent: name, decision: undefined })
  return { agent, agents, choose }
}

function OneAgent({ agent }: { readonly agent: string }) {
  const [search, change] = useUrl()
  const { asOf } = useScope()
  // The past of decisions does not change: they are read whole, and what lies behind the chosen time is left out here.
  const query = useRead(
    'decisions',
    { agent, limit: DECISIONS_MAX },
    { every: 0, now: true, enabled: agent !== '' },
  )
  const decisions = query.data?.data
  const until = asOf === undefined ? undefined : microsOfText(asOf)
  const known = useMemo(() => withoutFuture(decisions ?? [], until), [decisions, until])
  const selected = decisionAt(decisions ?? [], search['decision'])
  const open = useCallback(
    (id: string) => {
      const one = decisionAt(decisions ?? [], id)
      if (one !== undefined) change({ decision: id, as_of: isoOf(one.known_from), agent })
    },
    [decisions, change, agent],
  )
  const step = (by: 1 | -1) => {
    const next = stepFrom(decisions ?? [], { decision: search['decision'], until, by })
    if (next !== undefined) open(next.event.id)
  }
  useKeys([
    { keys: 'ArrowLeft', text: 'Decision before', run: () => step(-1) },
    { keys: 'ArrowRight', text: 'Decision after', run: () => step(1) },
  ])
  return (
    <>
      <AsOfSlider />
      <Panels>
        <Panel
          title="Prices and decisions"
          span={8}
          aside={<Stepper at={known.length} of={decisions?.length ?? 0} onStep={step} />}
          flush
        >
          <DecisionChart decisions={known} selected={search['decision']} onSelect={open} />
        </Panel>
        <Panel title={`Decisions of ${agent}`} span={4} flush>
          <Answered query={query}>
            {({ data }) =>
              data.length === 0 ? (
                <Empty title={`${agent} has decided nothing`}>It may observe, judge or feed.</Empty>
              ) : (
                <DecisionTable
                  label="Decisions, newest first"
                  decisions={known}
                  selected={search['decision']}
                  onOpen={({ event }) => open(event.id)}
                  height={380}
                  short
                />
              )
            }
          </Answered>
        </Panel>
        {selected === undefined ? null : <DecisionDetail decision={selected} />}
      </Panels>
      <Sight agent={agent} />
    </>
  )
}

interface StepperProps {
  readonly at: number
  readonly of: number
  readonly onStep: (by: 1 | -1) => void
}

function Stepper({ at, of, onStep }: StepperProps) {
  if (of === 0) return null
  return (
    <>
      <span className="number">
        {at} of {of}
      </span>
      <button type="button" onClick={() => onStep(-1)} title="Decision before (←)">
        ← Before
      </button>
      <button type="button" onClick={() => onStep(1)} title="Decision after (→)">
        After →
      </button>
    </>
  )
}
