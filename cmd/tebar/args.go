package main

import (
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/urfave/cli/v2"
)

// reorder puts flags before arguments, wherever they were typed: urfave/cli
// takes a flag after an argument for an argument, and `run FILE --limit 1`
// would send everything.
func reorder(program *cli.App, args []string) ([]string, error) {
	r := &reordering{global: flagNames(program.Flags), commands: program.Commands}
	if len(args) > 0 {
		args = args[1:]
	}
	for len(args) > 0 {
		var err error
		if args, err = r.take(args); err != nil {
			return nil, err
		}
	}
	return r.result(), nil
}

type reordering struct {
	global    map[string]bool // name -> takes a value
	commands  []*cli.Command  // that may come next
	path      []string
	flags     map[string]bool // of the command so far
	globals   []string
	own, rest []string
	literal   bool // after --
}

func (r *reordering) result() []string {
	out := append([]string{"tebar"}, r.globals...)
	out = append(out, r.path...)
	out = append(out, r.own...)
	if len(r.rest) > 0 && r.literal {
		out = append(out, "--")
	}
	return append(out, r.rest...)
}

// take places the first argument, with its value if it is a flag that has one.
func (r *reordering) take(args []string) ([]string, error) {
	arg := args[0]
	switch {
	case r.literal || !strings.HasPrefix(arg, "-") || arg == "-":
		return args[1:], r.word(arg)
	case arg == "--":
		r.literal = true
		return args[1:], nil
	}
	name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	into := &r.own
	takes, ok := r.flags[name]
	if !ok {
		if takes, ok = r.global[name]; ok {
			into = &r.globals
		}
	}
	if !ok && name != "help" && name != "h" && name != "version" && name != "v" && name != "generate-bash-completion" {
		return nil, r.unknownFlag(arg, name)
	}
	n := 1
	if takes && !hasValue {
		if n = 2; len(args) < 2 {
			return nil, usage("%s needs a value", arg)
		}
	}
	*into = append(*into, args[:n]...)
	return args[n:], nil
}

// word places an argument that is no flag: a command's name, or its argument.
func (r *reordering) word(arg string) error {
	for _, c := range r.commands {
		if c.HasName(arg) {
			r.path = append(r.path, arg)
			r.flags, r.commands = flagNames(c.Flags), c.Subcommands
			return nil
		}
	}
	if len(r.commands) > 0 && len(r.rest) == 0 {
		return unknownCommand(strings.Join(append(r.path, arg), " "), r.commands)
	}
	r.rest = append(r.rest, arg)
	return nil
}

func (r *reordering) unknownFlag(arg, name string) error {
	all := map[string]bool{}
	for _, set := range []map[string]bool{r.flags, r.global} {
		for n := range set {
			if len(n) > 1 {
				all["--"+n] = true
			}
		}
	}
	err := usage("unknown flag %s", arg)
	if best := nearest("--"+name, all); best != "" {
		err.hint = "did you mean " + best + "?"
	}
	return err
}

// flagNames maps every name of the flags to whether it takes a value.
func flagNames(flags []cli.Flag) map[string]bool {
	out := map[string]bool{}
	for _, f := range flags {
		_, isBool := f.(*cli.BoolFlag)
		for _, name := range f.Names() {
			out[name] = !isBool
		}
	}
	return out
}

func hasFlag(args []string, flag string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if a == flag {
			return true
		}
	}
	return false
}

// guesses are what people type for a command of ours.
var guesses = map[string]string{
	"send": "run", "start": "run", "go": "run", "stop": "pause", "list": "status", "ls": "status",
	"validate": "check", "lint": "check", "verify": "check", "export": "report", "continue": "resume",
	"restart": "resume", "delete": "forget", "rm": "forget", "remove": "forget", "abort": "cancel",
	"new": "init", "limits": "accounts", "quota": "accounts", "unsubscribe": "suppress", "schedule": "plan",
}

func unknownCommand(typed string, commands []*cli.Command) error {
	names := map[string]bool{}
	for _, c := range commands {
		if !c.Hidden {
			names[c.Name] = true
		}
	}
	err := usage("unknown command %q", typed)
	guess := guesses[typed]
	if guess == "" {
		last := typed[strings.LastIndexByte(typed, ' ')+1:]
		guess = nearest(last, names)
	}
	err.hint = "tebar --help lists the commands"
	if guess != "" {
		err.hint = "did you mean `" + guess + "`?"
	}
	return err
}

// nearest is the closest of the words, or "" when none is close.
func nearest(typed string, words map[string]bool) string {
	best, least := "", 3
	for w := range words {
		if d := levenshtein.ComputeDistance(typed, w); d < least || d == least && best != "" && w < best {
			best, least = w, d
		}
	}
	return best
}
