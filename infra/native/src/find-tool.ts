import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** True where a program of this name can be started. */
export async function hasTool(command: string, versionArgs: readonly string[]): Promise<boolean> {
  return run(command, versionArgs).then(
    () => true,
    () => false,
  )
}

const JVM_FOLDERS = ['/usr/lib/jvm', '/opt/java']

/** The first java of at least this version: JAVA_HOME, the path, then where Linux keeps its JDKs. */
export async function findJava(atLeast: number): Promise<string | undefined> {
  const home = process.env['JAVA_HOME']
  const installed = JVM_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}/bin/java`),
  )
  for (const java of [...(home === undefined ? [] : [`${home}/bin/java`]), 'java', ...installed]) {
    if ((await javaVersion(java)) >= atLeast) return java
  }
  return undefined
}

async function javaVersion(java: string): Promise<number> {
  try {
    const { stderr } = await run(java, ['-version'])
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
  } catch {
    // Not only a rejection: a path through a file makes `run` itself throw.
    return 0
  }
}
