package main

import (
	"fmt"

	"golang.org/x/term"

	"tebar/campaign/secret"
)

// prompt asks for a secret on the terminal without showing it; nil where
// nobody can be asked.
func (a *app) prompt() secret.Prompt {
	if !a.terminal(a.in) || !a.terminal(a.errs) {
		return nil
	}
	return func(question string) (string, error) {
		fmt.Fprintf(a.errs, "%s: ", question)
		text, err := term.ReadPassword(int(a.in.Fd()))
		fmt.Fprintln(a.errs)
		return string(text), err
	}
}
