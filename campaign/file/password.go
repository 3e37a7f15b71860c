package file

import (
	"regexp"
	"strings"
	"unicode"
)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// isReference says that a text points to a secret and is none itself. Package
// secret resolves it and knows the same syntax; testdata/references.tsv there
// holds both to it.
func isReference(text string) bool {
	kind, rest, _ := strings.Cut(text, ":")
	if strings.ContainsFunc(text, unicode.IsControl) {
		return false
	}
	switch kind {
	case "prompt":
		return text == "prompt"
	case "env":
		return envName.MatchString(rest)
	case "file":
		return strings.TrimSpace(rest) != ""
	case "command":
		return isCommand(rest)
	case "keyring":
		i := strings.LastIndexByte(rest, '/')
		return i > 0 && i < len(rest)-1
	}
	return false
}

// isCommand: a program, then arguments in balanced quotes.
func isCommand(text string) bool {
	quote, words := rune(0), false
	for _, c := range text {
		switch {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		default:
			words = words || quote != 0 || (c != ' ' && c != '\t')
		}
	}
	first := strings.TrimLeft(text, " \t")
	return words && quote == 0 && !strings.HasPrefix(first, `""`) && !strings.HasPrefix(first, `''`)
}

// references says what may stand for a password.
const references = "put it into the environment and write env:NAME here; also: file:PATH, command:PROGRAM ARGS, keyring:SERVICE/USER, prompt"

func readPassword(r *reader, n *node, s *senderDraft) { s.Password = r.secret(n) }

// secret takes a reference; anything else may be the password itself, and is
// repeated nowhere (hidePasswords).
func (r *reader) secret(n *node) string {
	switch {
	case n.kind == nullNode:
		r.wrongText(n)
	case n.kind != textNode:
		r.fail(n, references, "%s wants a reference to the password, not %s", n.name(), n.what())
	case !isReference(n.text):
		r.fail(n, references, "%s must not hold the password itself", n.name())
	case n.text != "prompt" && !strings.HasPrefix(n.text, "env:") && r.cutByComment(n):
	default:
		return n.text
	}
	return ""
}
