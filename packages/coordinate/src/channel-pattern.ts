import { LIMITS, WaggleError } from '@waggle/base'

/**
 * Channels are dotted paths, patterns match them as NATS subjects do
 * (https://docs.nats.io/nats-concepts/subjects#wildcards): `*` is exactly one part, `>` is one or more parts
 * and stands last. `risk.*.breach` takes `risk.limits.breach`; `risk.>` takes it too, but not `risk`.
 */
export type ChannelMatcher = (channel: string) => boolean

const PART = /^[^\s.*>/]+$/

/** INPUT_INVALID for a channel that is no dotted path of at most 128 characters. */
export function checkChannel(channel: string): void {
  if (channel.length > LIMITS.nameLengthMax || !channel.split('.').every((part) => PART.test(part)))
    throw invalid('channel', channel, 'parts of letters, digits and the like, with dots between')
}

/** Pattern -> what it takes; INPUT_INVALID for a pattern that no channel can match. */
export function channelMatcher(pattern: string): ChannelMatcher {
  const parts = pattern.split('.')
  const isPart = (part: string, index: number): boolean =>
    part === '*' || (part === '>' && index === parts.length - 1) || PART.test(part)
  if (pattern.length > LIMITS.nameLengthMax || !parts.every(isPart))
    throw invalid('pattern', pattern, 'a channel with * for one part or > for all that follow')
  const open = parts.at(-1) === '>'
  const fixed = open ? parts.slice(0, -1) : parts
  return (channel) => {
    const given = channel.split('.')
    if (open ? given.length <= fixed.length : given.length !== fixed.length) return false
    return fixed.every((part, index) => part === '*' || part === given[index])
  }
}

function invalid(field: string, input: string, form: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `${field} ${JSON.stringify(input)} is not ${form}`, {
    field,
    input,
  })
}
