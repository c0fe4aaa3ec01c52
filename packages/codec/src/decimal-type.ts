import avro from 'avsc'

/** Avro decimal: big-endian two's complement in as few bytes as hold the value. */
export function decimalToBytes(value: bigint): Buffer {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0')
  return Buffer.from(hex, 'hex')
}

export function decimalFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
}

/** Lets avsc read and write Avro decimals as bigint of 10^-scale units. */
export class DecimalType extends avro.types.LogicalType {
  readonly scale: number

  constructor(schema: avro.Schema, options?: object) {
    super(schema, options)
    this.scale = (schema as { readonly scale?: number }).scale ?? 0
  }

  protected override _fromValue(bytes: Buffer): bigint {
    return decimalFromBytes(bytes)
  }

  protected override _toValue(value: unknown): Buffer | undefined {
    return typeof value === 'bigint' ? decimalToBytes(value) : undefined
  }

  /** A writer's decimal comes as bigint already, bytes come as bytes; another scale is another number. */
  protected override _resolve(type: avro.Type): ((value: never) => bigint) | undefined {
    if (type instanceof DecimalType) {
      return type.scale === this.scale ? (value: bigint) => value : undefined
    }
    return avro.Type.isType(type, 'bytes') ? (value: Buffer) => decimalFromBytes(value) : undefined
  }
}
