package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"tebar/campaign"
)

// say prints a line of the result, unless --json speaks instead.
func (a *app) say(format string, args ...any) {
	if !a.json {
		fmt.Fprintln(a.out, visible(fmt.Sprintf(format, args...)))
	}
}

// note prints a line about the work, on stderr.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintln(a.errs, visible(fmt.Sprintf(format, args...)))
	}
}

// printProblems lists problems, errors first, each with its place and what to do.
func (a *app) printProblems(w io.Writer, problems campaign.Problems) {
	for _, severity := range []campaign.Severity{campaign.Error, campaign.Warning} {
		for _, p := range problems {
			if p.Severity == severity {
				printProblem(w, p)
			}
		}
	}
}

func printProblem(w io.Writer, p campaign.Problem) {
	fmt.Fprintf(w, "%s: %s\n", p.Severity, visible(p.Error()))
	if len(p.Rows) > 0 {
		rows := make([]string, len(p.Rows))
		for i, r := range p.Rows {
			rows[i] = strconv.Itoa(r)
		}
		more := ""
		if p.More > 0 {
			more = fmt.Sprintf(" and %d more", p.More)
		}
		fmt.Fprintf(w, "    also in rows %s%s\n", strings.Join(rows, ", "), more)
	}
	for line := range strings.Lines(p.Excerpt) {
		fmt.Fprintf(w, "    %s\n", visible(strings.TrimRight(line, "\r\n")))
	}
	if p.Hint != "" {
		fmt.Fprintf(w, "    hint: %s\n", visible(p.Hint))
	}
}

// plural is "1 message", "2 messages".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// clockText is a time as the screen shows it, in the campaign's zone.
func clockText(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("Mon 2 Jan 2006 15:04:05 MST")
}

// timePointer is nil for "none", as JSON has it.
func timePointer(t time.Time, loc *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(loc).Truncate(time.Second)
	return &t
}

// shellWord quotes a path for the lines that say what to type.
func shellWord(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool {
		return r != '/' && r != '.' && r != '-' && r != '_' && r != '@' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) || s == "" {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// confirm asks a yes-or-no question on the terminal; a signal ends the
// question at once.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	fmt.Fprintf(a.errs, "%s [y/N] ", question)
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := readLine(a.in)
		answers <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.errs)
		return false, ctx.Err()
	case got := <-answers:
		if got.err != nil {
			return false, fmt.Errorf("reading the answer: %w", got.err)
		}
		line := strings.ToLower(strings.TrimSpace(got.line))
		return line == "y" || line == "yes" || line == "ya", nil
	}
}

// readLine reads byte by byte, so that nothing behind the line is taken away.
func readLine(in *os.File) (string, error) {
	var line []byte
	var b [1]byte
	for {
		n, err := in.Read(b[:])
		if n == 1 && b[0] == '\n' {
			return string(line), nil
		}
		line = append(line, b[:n]...)
		if err == io.EOF && len(line) > 0 {
			return string(line), nil
		}
		if err != nil {
			return "", err
		}
	}
}
