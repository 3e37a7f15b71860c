package campaign

import (
	"fmt"
	"strings"
)

// Severity of a Problem.
type Severity string

// An Error keeps a campaign from starting; a Warning does not (check --strict
// makes it one that does).
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// A Problem is one mistake in a user's input: where it is, what it is, and
// what to do. Problems are collected; the first never hides the rest.
type Problem struct {
	Severity Severity `json:"severity"`
	File     string   `json:"file"`           // as the user would name it; "" if none
	Line     int      `json:"line"`           // 1-based line of a text file; 0 if none
	Row      int      `json:"row"`            // row of a list as a spreadsheet numbers it, the header being 1; 0 if none
	Column   int      `json:"column"`         // 1-based column in the line or the row; 0 if none
	Field    string   `json:"field"`          // key path in the campaign file ("schedule.start"), or the column's header
	Message  string   `json:"message"`        // what is wrong; no secret in it
	Hint     string   `json:"hint"`           // what to do; may be empty
	Excerpt  string   `json:"-"`              // source lines with a caret, ready to print; may be empty
	Sheet    string   `json:"-"`              // of a workbook, where Row is in one; "" if none or not known
	Rows     []int    `json:"rows,omitempty"` // further rows with the same problem, at most a few
	More     int      `json:"more,omitempty"` // how many further rows beyond Rows
}

// Where is the place in words: "people.csv: row 12, column 3 (E-mail)".
func (p Problem) Where() string {
	var b strings.Builder
	b.WriteString(p.File)
	sep := func(s string) {
		if b.Len() > 0 {
			b.WriteString(s)
		}
	}
	switch {
	case p.Row > 0:
		sep(": ")
		fmt.Fprintf(&b, "row %d", p.Row)
		if p.Column > 0 {
			fmt.Fprintf(&b, ", column %d", p.Column)
		}
		if p.Field != "" {
			fmt.Fprintf(&b, " (%s)", p.Field)
		}
	case p.Line > 0:
		sep(":")
		fmt.Fprintf(&b, "%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	case p.Field != "":
		sep(": ")
		b.WriteString(p.Field)
	}
	return b.String()
}

// Error makes a Problem usable as an error: place and message on one line.
func (p Problem) Error() string {
	if where := p.Where(); where != "" {
		return where + ": " + p.Message
	}
	return p.Message
}

// Problems is a list of problems; as an error it stands for all of them.
type Problems []Problem

// Error names the first and counts the rest.
func (ps Problems) Error() string {
	switch len(ps) {
	case 0:
		return "no problems"
	case 1:
		return ps[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", ps[0].Error(), len(ps)-1)
}

// Errors counts those of severity Error.
func (ps Problems) Errors() int {
	n := 0
	for _, p := range ps {
		if p.Severity == Error {
			n++
		}
	}
	return n
}
