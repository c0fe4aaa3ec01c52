import { afterAll, describe } from 'vitest'
import { connectionTo, DRIVERS, openTestLog, resolveKafka } from '../support/kafka.ts'
import { eventLogSuite, SUITE_TOPICS } from './event-log.suite.ts'

const kafka = await resolveKafka()
afterAll(() => kafka?.dispose())

describe.skipIf(kafka === undefined).each(Object.entries(DRIVERS))('%s', (name, openDriver) => {
  eventLogSuite(
    `kafka through ${name}`,
    async () => {
      const connection = connectionTo(kafka!.broker)
      const open = () => openTestLog({ connection, openDriver, topics: SUITE_TOPICS })
      return { open, reopen: open, dispose: async () => {} }
    },
    3,
  )
})
