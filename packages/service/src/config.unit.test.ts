import { describe, expect, it } from 'vitest'
import { parseEnvironment } from './config.ts'

const noFiles = (): string => {
  throw new Error('no such file')
}
const least = {
  WAGGLE_KAFKA_BROKERS: '127.0.0.1:9092, 127.0.0.1:9093',
  WAGGLE_REGISTRY_URL: 'http://127.0.0.1:8081',
}

describe('configuration by environment', () => {
  it('needs brokers and a registry, and has defaults for the rest', () => {
    const config = parseEnvironment({ ...least, PATH: '/bin' }, noFiles)
    expect(config.WAGGLE_KAFKA_BROKERS).toEqual(['127.0.0.1:9092', '127.0.0.1:9093'])
    expect(config.WAGGLE_HTTP_HOST).toBe('127.0.0.1')
    expect(config.WAGGLE_KAFKA_CREATE_TOPICS).toBe(true)
  })

  it('lists missing, bad, unknown and half-given keys in one error, and no values', () => {
    const bad = {
      WAGGLE_REGISTRY_URL: 'not a url',
      WAGGLE_HTTP_PORT: '99999',
      WAGGLE_KAFKA_BROKER: 'typo',
      WAGGLE_KAFKA_SASL_PASSWORD_FILE: '/nowhere',
    }
    expect(() => parseEnvironment(bad, noFiles)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    const message = messageOf(() => parseEnvironment(bad, noFiles))
    for (const key of [
      'KAFKA_BROKERS',
      'REGISTRY_URL',
      'HTTP_PORT',
      'KAFKA_BROKER"',
      'PASSWORD_FILE',
    ]) {
      expect(message).toContain(key)
    }
    expect(message).not.toContain('not a url')
    expect(
      messageOf(() =>
        parseEnvironment({ ...least, WAGGLE_KAFKA_SASL_PASSWORD: 'geheim' }, noFiles),
      ),
    ).toMatch(/SASL_MECHANISM.*SASL_USERNAME/)
  })

  it('takes certificates of any usual length', () => {
    const ca = `-----BEGIN CERTIFICATE-----\n${'a'.repeat(6000)}\n-----END CERTIFICATE-----`
    const config = parseEnvironment({ ...least, WAGGLE_KAFKA_TLS_CA: ca }, noFiles)
    expect(config.WAGGLE_KAFKA_TLS_CA).toBe(ca)
  })

  it('reads secrets from files', () => {
    const config = parseEnvironment(
      { ...least, WAGGLE_REDIS_PASSWORD_FILE: '/run/secret' },
      (path) => {
        expect(path).toBe('/run/secret')
        return 'geheim\n'
      },
    )
    expect(config.WAGGLE_REDIS_PASSWORD).toBe('geheim')
  })
})

function messageOf(call: () => unknown): string {
  try {
    call()
    return ''
  } catch (error) {
    return String(error)
  }
}
