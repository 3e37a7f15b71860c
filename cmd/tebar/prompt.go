package main

import (
	"context"
	"fmt"

	"golang.org/x/term"

	"tebar/campaign/secret"
)

// prompt asks for a secret on the terminal without showing it; nil where
// nobody can be asked. A signal ends the question and shows typing again.
func (a *app) prompt(ctx context.Context) secret.Prompt {
	if !a.terminal(a.in) || !a.terminal(a.errs) {
		return nil
	}
	return func(question string) (string, error) {
		fd := int(a.in.Fd())
		before, err := term.GetState(fd)
		if err != nil {
			return "", fmt.Errorf("asking for the password: %w", err)
		}
		type answer struct {
			text []byte
			err  error
		}
		answers := make(chan answer, 1)
		fmt.Fprintf(a.errs, "%s: ", question)
		go func() {
			text, err := term.ReadPassword(fd)
			answers <- answer{text, err}
		}()
		select {
		case <-ctx.Done():
			_ = term.Restore(fd, before) // the process ends anyway
			fmt.Fprintln(a.errs)
			return "", ctx.Err()
		case got := <-answers:
			fmt.Fprintln(a.errs)
			return string(got.text), got.err
		}
	}
}
