import { runMain } from '@waggle/service'
import { buildGateway, openGatewayBus } from './build.ts'

const VERSION = '0.1.0'

await runMain(
  {
    name: 'gateway',
    open: openGatewayBus,
    build: (context) => buildGateway(context, VERSION),
  },
  process.env,
)
