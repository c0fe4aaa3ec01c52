import { lazyRouteComponent } from '@tanstack/react-router'

/** Pages in the order of the navigation; `key` follows `g` on the keyboard. Each is loaded when it is opened. */
export const PAGES = [
  {
    path: '/',
    title: 'Live',
    key: 'l',
    component: lazyRouteComponent(() => import('../pages/live-page.tsx'), 'LivePage'),
  },
  {
    path: '/agent',
    title: 'Agent',
    key: 'a',
    component: lazyRouteComponent(() => import('../pages/agent-page.tsx'), 'AgentPage'),
  },
  {
    path: '/trajectory',
    title: 'Trajectory',
    key: 't',
    component: lazyRouteComponent(() => import('../pages/trajectory-page.tsx'), 'TrajectoryPage'),
  },
  {
    path: '/consensus',
    title: 'Consensus',
    key: 'c',
    component: lazyRouteComponent(() => import('../pages/consensus-page.tsx'), 'ConsensusPage'),
  },
  {
    path: '/memory',
    title: 'Memory',
    key: 'm',
    component: lazyRouteComponent(() => import('../pages/memory-page.tsx'), 'MemoryPage'),
  },
  {
    path: '/log',
    title: 'Log',
    key: 'o',
    component: lazyRouteComponent(() => import('../pages/log-page.tsx'), 'LogPage'),
  },
  {
    path: '/schemas',
    title: 'Schemas',
    key: 's',
    component: lazyRouteComponent(() => import('../pages/schemas-page.tsx'), 'SchemasPage'),
  },
  {
    path: '/projections',
    title: 'Projections',
    key: 'p',
    component: lazyRouteComponent(() => import('../pages/projections-page.tsx'), 'ProjectionsPage'),
  },
  {
    path: '/sql',
    title: 'SQL',
    key: 'q',
    component: lazyRouteComponent(() => import('../pages/sql-page.tsx'), 'SqlPage'),
  },
] as const
