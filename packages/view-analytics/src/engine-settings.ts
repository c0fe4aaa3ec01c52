/** Settings of one insert: one block, one part, so that it takes effect whole or not at all. */
export const INSERT_SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 1,
  max_threads: 1,
  max_insert_threads: 1,
  max_block_size: 1_000_000,
  max_insert_block_size: 1_000_000,
  min_insert_block_size_rows: 1_000_000,
  min_insert_block_size_bytes: 0,
  input_format_avro_allow_missing_fields: 1,
  input_format_null_as_default: 1,
} as const

/** No number loses digits in JSON. */
export const EXACT_NUMBERS = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
} as const

/** As a SETTINGS or SET clause lists them. */
export function settingsText(settings: Readonly<Record<string, number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')
}
