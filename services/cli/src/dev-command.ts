import { z } from 'zod'
import { defineCommand, option } from './program/command.ts'
import { serveBus } from './serve-bus.ts'

export const DEV = defineCommand({
  details:
    'The printed address opens the dashboard, with the owner’s token in it. Ctrl-C drains and stops the bus.',
  options: {
    data: option(
      'DIR',
      'folder of the log and the views; made if there is none',
      z.string().min(1),
    ),
    port: option(
      'PORT',
      'on 127.0.0.1; 0 takes any free one',
      z.coerce.number().int().min(0).max(65_535).default(4600),
    ),
  },
  examples: ['dev --data .waggle/bus', 'dev --data .waggle/bus --port 0 --json'],
  run: serveBus,
})
