import type { CommandWords, OptionWord, Word } from "./words.ts";

/** Returns the completion of Bash. */
export function bashScript(commands: readonly CommandWords[]): string {
  return `_grantkeep() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" words=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words="${textsOf(commands)}"
  else
    case "\${COMP_WORDS[1]} $previous" in
${eachOption(commands, (command, { text, values }) => `      "${command} ${text}") words="${values.join(" ")}"; [[ -n $words ]] || return ;;`)}
      *)
        case "\${COMP_WORDS[1]}" in
${commands.map(({ text, steps, options }) => `          ${text}) words="${[...steps, ...options.map((option) => option.text)].join(" ")}" ;;`).join("\n")}
        esac
        ;;
    esac
  fi
  # Without a match, Bash completes the names of files. Bash 3, which macOS has, knows no mapfile.
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _grantkeep grantkeep
`;
}

/** Returns the completion of zsh. */
export function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef grantkeep
_grantkeep() {
  local -a known
  if ((CURRENT == 2)); then
    known=(${described(commands)})
    _describe command known
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${eachOption(commands, (command, { text, values }) => `    "${command} ${text}") ${values.length > 0 ? `compadd ${values.join(" ")}` : "_files"}; return ;;`)}
  esac
  case "$words[2]" in
${commands.map(({ text, steps, options }) => `    ${text}) known=(${[...steps.map(quote), described(options)].join(" ")}) ;;`).join("\n")}
  esac
  _describe option known
  _files
}
compdef _grantkeep grantkeep
`;
}

/** Returns the completion of fish. */
export function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ text, meaning, steps, options }) => {
    const after = `complete -c grantkeep -n ${quote(`__fish_seen_subcommand_from ${text}`)}`;
    return [
      `complete -c grantkeep -f -n __fish_use_subcommand -a ${text} -d ${quote(meaning)}`,
      ...(steps.length > 0 ? [`${after} -f -a ${quote(steps.join(" "))}`] : []),
      ...options.map((option) => `${after} ${fishOption(option)}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishOption({ text, meaning, values, takesValue }: OptionWord): string {
  const name = `-l ${text.slice(2)} -d ${quote(meaning)}`;
  if (values.length > 0) return `${name} -x -a ${quote(values.join(" "))}`;
  return takesValue ? `${name} -r` : name;
}

function eachOption(
  commands: readonly CommandWords[],
  toLine: (command: string, option: OptionWord) => string,
): string {
  return commands
    .flatMap(({ text, options }) =>
      options.filter(({ takesValue }) => takesValue).map((option) => toLine(text, option)),
    )
    .join("\n");
}

function textsOf(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(" ");
}

/** Returns words for `_describe` of zsh, in which a colon precedes the meaning. */
function described(words: readonly Word[]): string {
  return words.map(({ text, meaning }) => quote(`${text}:${meaning}`)).join(" ");
}

/** Returns a text as one word of any of the shells. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
