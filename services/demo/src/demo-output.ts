/** Where the demo prints; a test collects it instead. */
export interface DemoOutput {
  write(text: string): void
}
