package recipients

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tebar/campaign"
)

// defaultMaxProblems is how many problems are kept where Options say nothing.
const defaultMaxProblems = 10000

// shownLength is how many characters of a cell a message shows.
const shownLength = 60

// collector keeps problems up to a limit and counts those beyond it.
type collector struct {
	list   campaign.Problems
	max    int
	muted  bool // a first pass: the second one tells
	more   int
	errors int // among more
}

func newCollector(limit int) *collector {
	if limit <= 0 {
		limit = defaultMaxProblems
	}
	return &collector{max: limit}
}

// add keeps a problem and gives its index, or -1 where it was only counted.
func (c *collector) add(p campaign.Problem) int {
	if c.muted {
		return -1
	}
	if len(c.list) < c.max {
		c.list = append(c.list, p)
		return len(c.list) - 1
	}
	c.more++
	if p.Severity == campaign.Error {
		c.errors++
	}
	return -1
}

// close adds the problem that says how many were not listed. It is an error
// where one of those was, so that no error is lost behind many warnings.
func (c *collector) close() campaign.Problems {
	if c.more == 0 {
		return c.list
	}
	p := campaign.Problem{
		Severity: campaign.Warning,
		Message:  fmt.Sprintf("%d more problems are not listed, %d of them errors", c.more, c.errors),
		Hint:     "mend those above first, then check again",
	}
	if c.errors > 0 {
		p.Severity = campaign.Error
	}
	return append(c.list, p)
}

// fileProblem is an error that ends the reading of one file. It travels as an
// error to the place where problems are collected.
func fileProblem(file, message, hint string) campaign.Problem {
	return campaign.Problem{Severity: campaign.Error, File: file, Message: message, Hint: hint}
}

// shown is a cell as a message may show it: quoted, on one line, without
// control characters, cut.
func shown(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	cut := false
	for i := range text {
		if utf8.RuneCountInString(text[:i]) >= shownLength {
			text, cut = text[:i], true
			break
		}
	}
	quoted := strconv.Quote(text)
	if !strings.ContainsFunc(text, needsEscape) {
		quoted = `"` + strings.ReplaceAll(text, `"`, `'`) + `"`
	}
	if cut {
		return quoted + "..."
	}
	return quoted
}

func needsEscape(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }

// quotedList is a list of headers in words: "A", "B" and "C"; a long one is cut.
func quotedList(names []string) string {
	const most = 30
	out := make([]string, 0, len(names))
	for i, n := range names {
		if i == most {
			out = append(out, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		out = append(out, shown(n))
	}
	return strings.Join(out, ", ")
}

// columnLetters names a 1-based column as a spreadsheet does: 1 is A, 27 is AA.
func columnLetters(n int) string {
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append([]byte{byte('A' + (n-1)%26)}, b...)
	}
	return string(b)
}
