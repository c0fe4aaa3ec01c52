import { ROUTES, type Answered } from '@waggle/api'
import type { StorageFigures } from '@waggle/memory'
import type { LearningPoint } from '@waggle/reasoning-bank'
import { bindRoute } from '../bind-route.ts'
import { citedShare } from '../cited-share.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { positionsOf, readScope, type Read, type ReadScope } from '../read-scope.ts'

type Figures = Answered<typeof ROUTES.memoryFigures>['data']

const KEPT = 32

/** Figures of memory. They look at everything, so the answer for a position is worked out once. */
export function bindFiguresRoutes(app: GatewayApp, { bus, readers }: GatewayParts): void {
  const kept = new Map<string, Promise<Figures>>()

  const figuresOf = async (scope: ReadScope, read: Read<Storage>): Promise<Figures> => {
    const { position } = read.freshness
    const last = scope.asOf === undefined ? undefined : positionsOf(position, 'position')
    const learning = bus.bank === undefined ? [] : await learnedIn(scope)
    return {
      ...storageJson(read.data),
      cited_share: await citedShare(bus, scope, last),
      learning: learning.map(({ meanReturn, ...point }) => ({ ...point, mean_return: meanReturn })),
    }
  }
  bindRoute(app, ROUTES.memoryFigures, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const read = await scope.view('memory', (view) => view.storage(scope))
    const key = JSON.stringify([
      scope.swarm,
      scope.run,
      scope.asOf === undefined,
      read.freshness.position,
    ])
    let figures = kept.get(key)
    if (figures === undefined) {
      figures = figuresOf(scope, read)
      kept.set(key, figures)
      figures.catch(() => kept.delete(key))
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
    }
    return { ...read, data: await figures }
  })
}

type Storage = StorageFigures | undefined

async function learnedIn(scope: ReadScope): Promise<LearningPoint[]> {
  return (await scope.view('bank', (view) => view.learning(scope))).data
}

function storageJson(figures: Storage): Pick<Figures, 'tiers' | 'forgotten' | 'erased'> {
  const tiers = Object.entries(figures?.tiers ?? {}).map(([tier, of]) => {
    const { memories, rawBytes, storedBytes, compression } = of
    return [tier, { memories, raw_bytes: rawBytes, stored_bytes: storedBytes, compression }]
  })
  return {
    tiers: Object.fromEntries(tiers) as Figures['tiers'],
    forgotten: figures?.forgotten ?? 0,
    erased: figures?.erased ?? 0,
  }
}
