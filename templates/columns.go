package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"

	"tebar/campaign"
)

// ColumnName is how templates call the column of a header: lower case, letters
// and digits of any script kept, runs of all else one "_", none at the ends,
// and one in front of a digit. "First Name" is first_name, "2nd guest" is
// _2nd_guest; a header of signs alone gives "". A letter and its accent are
// one letter where Unicode has one for both (NFC); any other mark counts as
// a sign, because text/template allows none in a name.
func ColumnName(header string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(norm.NFC.String(header)) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 || b.Len() == 0 && unicode.IsDigit(r) {
			b.WriteByte('_')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}

// nearest is the candidate most like the name, within so many changes of one
// letter (or a third of its length), or "" when none is alike.
func nearest(name string, candidates []string, changes int) string {
	best, least := "", 1+max(changes, len([]rune(name))/3)
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(c)); d < least && c != "" {
			best, least = c, d
		}
	}
	return best
}

// headers is a list's header row, as templates look things up in it.
type headers struct {
	columns []string
	names   []string       // ColumnName of each
	at      map[string]int // the last column of a name
}

func newHeaders(columns []string) headers {
	h := headers{columns: columns, names: make([]string, len(columns)), at: make(map[string]int, len(columns))}
	for i, c := range columns {
		h.names[i] = ColumnName(c)
		h.at[h.names[i]] = i
	}
	return h
}

func (h headers) has(u use) bool {
	if u.exact {
		return slices.Contains(h.columns, u.name)
	}
	return slices.Contains(h.names, u.name)
}

// missing says that a column is not there, and which one may be meant.
func (h headers) missing(s *source, u use) campaign.Problem {
	wrong, list, show := "{{."+u.name+"}}", h.names, func(c string) string { return "{{." + c + "}}" }
	if u.exact {
		wrong, list = quoted(u.name), h.columns
		show = quoted
	}
	hint := "the list has " + h.all(show, list)
	if near := nearest(u.name, list, 2); near != "" {
		hint = "did you mean " + show(near) + "?"
	}
	p := s.problem(campaign.Error, u.at, fmt.Sprintf("%s names no column of the list", wrong), hint)
	if !s.lines {
		p.Message = fmt.Sprintf("%s: %s", s.field, p.Message)
	}
	return p
}

// all lists what can be written, as far as one line holds it.
func (h headers) all(show func(string) string, list []string) string {
	var shown []string
	for _, c := range list {
		if c != "" {
			shown = append(shown, show(c))
		}
	}
	if len(shown) > 12 {
		shown = append(shown[:12], fmt.Sprintf("and %d more", len(shown)-12))
	}
	return strings.Join(shown, ", ")
}

// check finds the uses of columns that are not there, each name once a place.
func (h headers) check(s *source, uses []use) campaign.Problems {
	var found campaign.Problems
	for _, u := range uses {
		if !h.has(u) {
			found = append(found, h.missing(s, u))
		}
	}
	return found
}

// alike finds headers that make one name.
func (h headers) alike() campaign.Problems {
	var found campaign.Problems
	first := map[string]int{}
	for i, n := range h.names {
		j, seen := first[n]
		if n == "" || !seen {
			first[n] = i
			continue
		}
		found = append(found, campaign.Problem{
			Severity: campaign.Error, Column: i + 1, Field: h.columns[i],
			Message: fmt.Sprintf("the columns %s (column %d) and %s (column %d) are both {{.%s}}", quoted(h.columns[j]), j+1, quoted(h.columns[i]), i+1, n),
			Hint:    "rename one of them in the list",
		})
	}
	return found
}

func quoted(s string) string { return strconv.Quote(s) }
