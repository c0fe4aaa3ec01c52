/** What a shell has to know of a command: its words, such as ['dlq', 'ls'], and what may follow them. */
export interface Completable {
  readonly words: readonly string[]
  readonly summary: string
  /** Summary of what its first word alone is. */
  readonly group: string
  readonly options: readonly {
    readonly name: string
    readonly help: string
    readonly values: readonly string[]
    readonly isFlag: boolean
  }[]
  /** Values of its first positional, where there are few. */
  readonly values: readonly string[]
}

export const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
export type Shell = keyof typeof SHELLS

/** Follows a path of words and offers what may come next; shared by bash and zsh. */
function bashScript(commands: readonly Completable[]): string {
  return `# bash completion of waggle: eval "$(waggle completion bash)"
_waggle() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$path $word" in
${paths(commands)
  .map((path) => `      ${quoted(` ${path}`)}) path=${quoted(` ${path}`)} ;;`)
  .join('\n')}
    esac
  done
  case "$path $prev" in
${valueCases(commands).join('\n')}
  esac
  case "$path" in
${wordCases(commands).join('\n')}
  esac
}
complete -o default -F _waggle waggle
`
}

function zshScript(commands: readonly Completable[]): string {
  return `#compdef waggle
# zsh completion of waggle: eval "$(waggle completion zsh)"
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u; }
autoload -Uz bashcompinit && bashcompinit
${bashScript(commands)}`
}

/** The same path of words: an argument that is called as a command is none. */
function fishScript(commands: readonly Completable[]): string {
  const lines = ['', ...paths(commands)].flatMap((path) => [
    ...childrenOf(path, commands).map((name) => {
      const of = commands.find(({ words }) => words.join(' ') === `${path} ${name}`.trim())
      const group = commands.find(({ words }) => words[0] === name)?.group
      return fishLine(path, `-f -a ${name} -d ${quoted(of?.summary ?? group ?? '')}`)
    }),
    fishLine(path, `-l help -d 'display help for command'`),
  ])
  const own = commands.flatMap(({ words, options, values }) => [
    ...(values.length === 0
      ? []
      : [fishLine(words.join(' '), `-f -a ${quoted(values.join(' '))}`)]),
    ...options.map(({ name, help, values: of, isFlag }) => {
      const takes = isFlag ? '' : of.length === 0 ? ' -r' : ` -x -a ${quoted(of.join(' '))}`
      return fishLine(words.join(' '), `-l ${name}${takes} -d ${quoted(help)}`)
    }),
  ])
  return `# fish completion of waggle: waggle completion fish | source
function __waggle_at
  set -l path
  for word in (commandline -opc)[2..]
    switch "$path $word"
      case ${paths(commands)
        .map((path) => quoted(` ${path}`))
        .join(' ')}
        set path "$path $word"
    end
  end
  test "$path" = "$argv[1]"
end
${[...lines, ...own].join('\n')}
`
}

function fishLine(path: string, what: string): string {
  const at = path === '' ? '' : ` ${path}`
  return `complete -c waggle -n ${quoted(`__waggle_at "${at}"`)} ${what}`
}

/** Every path of words, groups first. */
function paths(commands: readonly Completable[]): string[] {
  const all = commands.flatMap(({ words }) =>
    words.map((_, at) => words.slice(0, at + 1).join(' ')),
  )
  return [...new Set(all)]
}

function valueCases(commands: readonly Completable[]): string[] {
  return commands.flatMap(({ words, options }) =>
    options
      .filter(({ values, isFlag }) => !isFlag && values.length > 0)
      .map(({ name, values }) => caseOf(` ${words.join(' ')} --${name}`, values)),
  )
}

function wordCases(commands: readonly Completable[]): string[] {
  const known = new Map(commands.map((command) => [command.words.join(' '), command]))
  return ['', ...paths(commands)].map((path) => {
    const own = known.get(path)
    const options = own?.options.map(({ name }) => `--${name}`) ?? []
    return caseOf(path === '' ? '' : ` ${path}`, [
      ...childrenOf(path, commands),
      ...(own?.values ?? []),
      ...options,
      '--help',
    ])
  })
}

/** Words that may follow a path; all commands follow the empty one. */
function childrenOf(path: string, commands: readonly Completable[]): string[] {
  const depth = path === '' ? 0 : path.split(' ').length
  return paths(commands)
    .filter(
      (one) => one.split(' ').length === depth + 1 && (depth === 0 || one.startsWith(`${path} `)),
    )
    .map((one) => one.split(' ').at(-1)!)
}

function caseOf(path: string, words: readonly string[]): string {
  return `    ${quoted(path)}) COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur")); return ;;`
}

/** In single quotes, for every one of the shells; what would end them is left out. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '’')}'`
}
