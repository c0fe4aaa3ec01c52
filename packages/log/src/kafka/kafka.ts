export type { LogStatus } from './driver-supervisor.ts'
export { ensureTopics } from './ensure-topics.ts'
export type { EnsureOptions } from './ensure-topics.ts'
export type {
  Fetcher,
  KafkaConnection,
  KafkaDriver,
  KafkaSasl,
  KafkaTls,
  OpenDriver,
} from './kafka-driver.ts'
export { createGroupMember } from './group-member.ts'
export type { GroupMember, GroupMemberOptions } from './group-member.ts'
export { openKafkaLog } from './kafka-log.ts'
export type { KafkaLog, KafkaLogOptions, KafkaLogStatus } from './kafka-log.ts'
export { openKafkajsDriver } from './kafkajs-driver.ts'
export { openPlatformaticDriver } from './platformatic-driver.ts'
export type { TopicSpec } from './topic-spec.ts'
