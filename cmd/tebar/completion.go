package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// The shells ask the program itself, by its hidden flag, what may come next.
const (
	bashCompletion = `_tebar() {
  local cur="${COMP_WORDS[COMP_CWORD]}"
  local words=("${COMP_WORDS[@]:0:$COMP_CWORD}")
  COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$cur"))
}
complete -o bashdefault -o default -F _tebar tebar`
	zshCompletion = `#compdef tebar
_tebar() {
  local -a options
  options=("${(@f)$(${words[@]:0:#words[@]-1} --generate-bash-completion 2>/dev/null)}")
  _describe 'values' options || _files
}
compdef _tebar tebar`
)

func (a *app) completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print the completion script of a shell", ArgsUsage: "bash|zsh|fish",
		Action: func(c *cli.Context) error {
			shell, err := one(c, "SHELL")
			if err != nil {
				return err
			}
			script := map[string]string{"bash": bashCompletion, "zsh": zshCompletion}[shell]
			if shell == "fish" {
				if script, err = c.App.ToFishCompletion(); err != nil {
					return err
				}
			}
			if script == "" {
				return usage("no completion for %q: want bash, zsh or fish", shell)
			}
			_, err = fmt.Fprintln(a.out, script)
			return err
		},
	}
}
