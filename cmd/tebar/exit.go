package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tebar/campaign"
	"tebar/campaign/file"
	"tebar/campaign/prepare"
	"tebar/campaign/report"
	"tebar/campaign/secret"
	"tebar/store"
	"tebar/templates/starters"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // disk, store, network
	exitUsage   = 2 // wrong usage, problems in the campaign, changes not accepted
	exitLeft    = 3 // work is left and nothing is wrong
	exitPartly  = 4 // complete, but some failed or are unconfirmed
	exitPerson  = 5 // a person must act
	exitTaken   = 6 // another process runs the campaign
)

// usageError is a mistake in what was typed or asked for.
type usageError struct {
	message, hint string
	code          string // of the JSON; "" is usage
}

func (e *usageError) Error() string { return e.message }

func usage(format string, args ...any) *usageError {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

// stopped ends with an exit code when all that was to be said has been said.
type stopped int

func (s stopped) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// problemsError carries problems that a person must mend.
type problemsError struct {
	campaign.Problems
	message string
}

func (e *problemsError) Error() string { return e.message }

// exitCode is the one switch from errors to exit codes.
func exitCode(err error) int {
	var (
		stop  stopped
		use   *usageError
		bad   *problemsError
		taken *campaign.RunningError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &stop):
		return int(stop)
	case errors.As(err, &use), errors.As(err, &bad), isRefusal(err):
		return exitUsage
	case errors.As(err, &taken), errors.Is(err, campaign.ErrFenced):
		return exitTaken
	}
	return exitFailure
}

// refusals are what cannot be done as it was asked for; nothing is broken.
var refusals = []error{
	campaign.ErrUnknown, campaign.ErrForgotten, campaign.ErrCancelled,
	store.ErrUnfinished, store.ErrUnconfirmed, store.ErrEngine, store.ErrNetwork, store.ErrSynchronised, store.ErrRestored, store.ErrReplaced,
	prepare.ErrNoRow, secret.ErrSyntax, report.ErrFormat, file.ErrUnfit, fs.ErrNotExist,
}

func isRefusal(err error) bool {
	var (
		early *store.TooSoonError
		there *starters.ExistsError
	)
	return slices.ContainsFunc(refusals, func(r error) bool { return errors.Is(err, r) }) ||
		errors.As(err, &early) || errors.As(err, &there)
}

// fail prints an error, with its hint, and gives the exit code.
func (a *app) fail(err error) int {
	code := exitCode(err)
	if err == nil || errors.As(err, new(stopped)) || errors.Is(err, context.Canceled) {
		return code
	}
	if a.json {
		a.failJSON(err, code)
		return code
	}
	var bad *problemsError
	if errors.As(err, &bad) {
		a.printProblems(a.errs, bad.Problems)
	}
	fmt.Fprintf(a.errs, "tebar: error: %s\n", visible(err.Error()))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(a.errs, "hint: %s\n", visible(hint))
	}
	return code
}

func hintOf(err error) string {
	var hinted *campaign.HintError
	var use *usageError
	switch {
	case errors.As(err, &hinted):
		return hinted.Hint
	case errors.As(err, &use):
		return use.hint
	case errors.Is(err, campaign.ErrUnknown):
		return "tebar status lists the campaigns of this store"
	}
	return ""
}

var codeWords = map[int]string{1: "failure", 2: "usage", 3: "left", 4: "partly", 5: "person", 6: "running"}

func (a *app) failJSON(err error, code int) {
	type body struct {
		Exit     int               `json:"exit"`
		Code     string            `json:"code"`
		Message  string            `json:"message"`
		Hint     string            `json:"hint"`
		Problems campaign.Problems `json:"problems"`
	}
	b := body{Exit: code, Code: codeWords[code], Message: err.Error(), Hint: hintOf(err), Problems: campaign.Problems{}}
	var bad *problemsError
	if errors.As(err, &bad) {
		b.Code, b.Problems = "problems", bad.Problems
	}
	if use := (*usageError)(nil); errors.As(err, &use) && use.code != "" {
		b.Code = use.code
	}
	a.printJSON(map[string]body{"error": b})
}

func (a *app) printJSON(v any) {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
	fmt.Fprint(a.out, visible(text.String())) // a closed stdout is nobody's to tell
}
