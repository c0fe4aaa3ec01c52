import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { KafkaConnection } from '@waggle/log/kafka'
import { startKafka } from '@waggle-infra/native/kafka'
import { resolveInfra } from '../support/infra.ts'
import { connectionTo, DRIVERS, openTestLog } from '../support/kafka.ts'

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'waggle-tls-'))
const LOGIN = { mechanism: 'PLAIN', username: 'agent', password: 'right' } as const

/** A broker that speaks TLS and asks for a password. */
const kafka = await resolveInfra('Kafka with TLS and SASL', [
  async () => {
    const { cert, pem } = await certificate()
    return startKafka({
      protocol: 'SASL_SSL',
      settings: {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': pem,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': cert,
        'sasl.enabled.mechanisms': 'PLAIN',
        'sasl.mechanism.inter.broker.protocol': 'PLAIN',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="${LOGIN.username}" password="${LOGIN.password}" user_${LOGIN.username}="${LOGIN.password}";`,
      },
    })
  },
])
afterAll(async () => {
  await kafka?.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** A certificate for 127.0.0.1 that signs itself, and the file a broker reads. */
async function certificate(): Promise<{ cert: string; pem: string }> {
  const [key, cert, pem] = ['key.pem', 'cert.pem', 'both.pem'].map((name) => join(folder, name))
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject]
  await run('openssl', [...made, '-keyout', key!, '-out', cert!])
  await run('sh', ['-c', `cat "$1" "$2" > "$3"`, 'sh', key!, cert!, pem!])
  return { cert: cert!, pem: pem! }
}

describe.skipIf(kafka === undefined).each(Object.entries(DRIVERS))(
  'a broker with TLS and passwords, through %s',
  (_name, openDriver) => {
    const open = async (more: Partial<KafkaConnection>) => {
      const ca = await readFile(join(folder, 'cert.pem'), 'utf8')
      const base = connectionTo(kafka!.broker, undefined, 3000)
      const connection = { ...base, tls: { ca }, sasl: LOGIN, ...more }
      return openTestLog({ connection, openDriver, topics: { a: 1 }, deliveryTimeoutMs: 1 })
    }

    it('takes appends and gives reads to those who know the password', async () => {
      const log = await open({})
      await log.append([{ topic: 'a', key: 'k', value: Buffer.from('secret') }])
      const [record] = await log.read({ topic: 'a', partition: 0, offset: 0n }, 1)
      expect(record!.value.toString()).toBe('secret')
      await log.close()
    })

    it('refuses others with an error that says why, and never shows the password', async () => {
      const sasl = { ...LOGIN, password: 'wr0ng-one' }
      const refused = await open({ sasl }).catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: 'LOG_UNAVAILABLE' })
      expect(String(refused)).toMatch(/authenticat/i)
      expect(String(refused)).not.toContain('wr0ng-one')
    })

    it('does not talk to a broker whose certificate nobody vouches for', async () => {
      const unknown = await open({ tls: {} }).catch((error: unknown) => error)
      expect(unknown).toMatchObject({ code: 'LOG_UNAVAILABLE' })
      expect(String(unknown)).toMatch(/self.signed|certificate/i)
    })
  },
)
