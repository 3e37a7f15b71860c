// Package secret turns a reference that stands in a campaign file into the
// secret itself, at the moment it is needed.
//
// The references:
//
//	env:NAME              the environment variable NAME
//	file:PATH             the first line of a file, relative to the campaign's folder
//	command:PROGRAM ARGS  the first line that a program prints; no shell, 30 s
//	keyring:SERVICE/USER  the login's keyring
//	prompt                asked on the terminal
//
// It refuses everything else, a file that others may read, and a secret that
// is empty or holds control characters. No error and no hint of this package
// holds the secret, a reference that was not understood (it may be the secret
// itself), or what a command has printed.
package secret

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"tebar/campaign"
)

// Errors that callers may branch on; all stand inside a campaign.HintError.
var (
	ErrSyntax  = errors.New("not a reference to a secret")
	ErrMissing = errors.New("the secret is not there") // not set, no such file or entry, no terminal
	ErrEmpty   = errors.New("the secret is empty")
	ErrOpen    = errors.New("others can read the file")
	ErrCommand = errors.New("the command did not succeed")
)

// Prompt asks a person for a secret without showing what is typed. It is nil
// where there is no terminal.
type Prompt func(question string) (string, error)

const kinds = "write env:NAME, file:PATH, command:PROGRAM ARGS, keyring:SERVICE/USER or prompt"

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Check says whether ref is a reference by its syntax alone; it looks nothing
// up. Its error wraps ErrSyntax and never repeats ref.
func Check(ref string) error {
	kind, rest, _ := strings.Cut(ref, ":")
	switch {
	case ref == "prompt":
		return nil
	case strings.ContainsFunc(ref, unicode.IsControl):
		return syntax("it holds a control character")
	case kind == "env" && !envName.MatchString(rest):
		return syntax("env: wants a variable's name of letters, digits and _")
	case kind == "file" && strings.TrimSpace(rest) == "":
		return syntax("file: wants a path")
	case kind == "command":
		if words, err := split(rest); err != nil || len(words) == 0 || words[0] == "" {
			return syntax("command: wants a program, its arguments in balanced quotes")
		}
	case kind == "keyring":
		if service, user, _ := cutKeyring(rest); service == "" || user == "" {
			return syntax("keyring: wants SERVICE/USER")
		}
	case kind != "env" && kind != "file":
		return syntax("a password does not stand in the file itself")
	}
	return nil
}

// cutKeyring splits SERVICE/USER at the last slash: a service may be a URL.
func cutKeyring(rest string) (service, user string, ok bool) {
	i := strings.LastIndexByte(rest, '/')
	if i < 0 {
		return "", "", false
	}
	return rest[:i], rest[i+1:], true
}

func syntax(why string) error {
	return &campaign.HintError{Err: fmt.Errorf("%w: %s", ErrSyntax, why), Hint: kinds}
}

// Resolve gives the secret that ref points to. A relative file is looked for
// in folder; a command runs there. The end of the first line is the end of a
// secret; spaces inside are kept. Errors are campaign.HintErrors around one of
// this package's, or ctx's own error when ctx has ended.
func Resolve(ctx context.Context, ref, folder string, prompt Prompt) (string, error) {
	if err := Check(ref); err != nil {
		return "", err
	}
	kind, rest, _ := strings.Cut(ref, ":")
	var text string
	var err error
	switch kind {
	case "env":
		text, err = fromEnv(rest)
	case "file":
		text, err = fromFile(rest, folder)
	case "command":
		text, err = fromCommand(ctx, rest, folder)
	case "keyring":
		text, err = fromKeyring(rest)
	default:
		text, err = fromPrompt(prompt)
	}
	if err != nil {
		return "", fmt.Errorf("reading the password from %s: %w", source(ref), err)
	}
	return clean(text, ref)
}

// source names a reference in an error; a command is cut to its program, as
// its arguments may be private.
func source(ref string) string {
	kind, rest, _ := strings.Cut(ref, ":")
	if kind != "command" {
		return ref
	}
	words, _ := split(rest)
	return "command:" + words[0]
}

// clean cuts one line end and refuses what no password holds.
func clean(text, ref string) (string, error) {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	switch {
	case strings.TrimSpace(text) == "":
		return "", hint("put the password where "+source(ref)+" points to",
			"reading the password from %s: %w", source(ref), ErrEmpty)
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", hint("store the password alone, on one line",
			"reading the password from %s: it has several lines or control characters: %w", source(ref), ErrSyntax)
	}
	return text, nil
}

// hint is an error that wraps what its format wraps, with what to do.
func hint(todo, format string, args ...any) error {
	return &campaign.HintError{Err: fmt.Errorf(format, args...), Hint: todo}
}
