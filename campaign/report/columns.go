package report

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tebar/campaign"
)

// kind is what a value is in JSON; in CSV and Excel all are text.
type kind int

const (
	text kind = iota
	number
	moment
)

// A column is one key of a report, and its value as text; "" is none.
type column struct {
	key   string
	kind  kind
	width float64 // in Excel, in characters
	value func(campaign.Delivery, *time.Location) string
}

// columns is the one table of keys: every format is written from it.
var columns = []column{
	{"email", text, 30, func(d campaign.Delivery, _ *time.Location) string { return d.Email }},
	{"name", text, 24, func(d campaign.Delivery, _ *time.Location) string { return d.Name }},
	{"state", text, 12, func(d campaign.Delivery, _ *time.Location) string { return string(d.State) }},
	{"reason", text, 36, func(d campaign.Delivery, _ *time.Location) string { return d.Reason }},
	{"account", text, 24, func(d campaign.Delivery, _ *time.Location) string { return d.Account }},
	{"message_id", text, 24, func(d campaign.Delivery, _ *time.Location) string { return d.MessageID }},
	{"attempts", number, 9, func(d campaign.Delivery, _ *time.Location) string { return strconv.Itoa(d.Attempts) }},
	{"sent_at", moment, 26, func(d campaign.Delivery, z *time.Location) string { return stamp(d.SentAt, z) }},
	{"code", number, 6, func(d campaign.Delivery, _ *time.Location) string { return some(d.Code) }},
	{"enhanced_code", text, 8, func(d campaign.Delivery, _ *time.Location) string { return d.Enhanced }},
	{"response", text, 40, func(d campaign.Delivery, _ *time.Location) string { return d.Response }},
	{"row", number, 6, func(d campaign.Delivery, _ *time.Location) string { return some(d.Row.Number) }},
	{"source", text, 16, func(d campaign.Delivery, _ *time.Location) string { return d.Row.Source }},
	{"version", number, 8, func(d campaign.Delivery, _ *time.Location) string { return some(d.Version) }},
	{"sha256", text, 16, func(d campaign.Delivery, _ *time.Location) string { return d.SHA256 }},
	{"retry_at", moment, 26, func(d campaign.Delivery, z *time.Location) string { return stamp(d.RetryAt, z) }},
}

func stamp(t time.Time, z *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(z).Format(time.RFC3339)
}

func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Columns is the union of the rows' own columns, in the order in which they
// are first seen: what Head.Columns wants. Headers of several lists that
// differ only in case or punctuation ("E-mail", "e-mail") are one column.
func Columns(rows iter.Seq2[campaign.Delivery, error]) ([]string, error) {
	var all, last []string
	for d, err := range rows {
		if err != nil {
			return nil, fmt.Errorf("reading deliveries: %w", err)
		}
		if !slices.Equal(last, d.Row.Columns) {
			last = d.Row.Columns
			all = union(all, last)
		}
	}
	return all, nil
}

// union adds to head those of columns that have no place in it.
func union(head, columns []string) []string {
	for i, p := range place(head, columns) {
		if p < 0 {
			head = append(head, columns[i])
		}
	}
	return head
}

// place says for each of columns which of head it goes to: the same header,
// else one that a template would call the same; -1 if none. No two columns of
// a row go to one place.
func place(head, columns []string) []int {
	places, taken := make([]int, len(columns)), make([]bool, len(head))
	free := func(name string, of []string) int {
		for i, h := range of {
			if h == name && !taken[i] {
				taken[i] = true
				return i
			}
		}
		return -1
	}
	for i, c := range columns {
		places[i] = free(c, head)
	}
	folded := foldAll(head)
	for i, c := range columns {
		if places[i] < 0 {
			places[i] = free(fold(c), folded)
		}
	}
	return places
}

func foldAll(headers []string) []string {
	all := make([]string, len(headers))
	for i, h := range headers {
		all[i] = fold(h)
	}
	return all
}

// fold is a header as templates name it: lower case, letters, marks and digits
// kept, runs of others one "_", none at the ends.
func fold(header string) string {
	words := strings.FieldsFunc(strings.ToLower(header), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
	if len(words) == 0 {
		return header
	}
	return strings.Join(words, "_")
}

// unused is name, or name_2, name_3 ... where a header has it already.
func unused(name string, headers []string) string {
	try, folded := name, foldAll(headers)
	for n := 2; slices.Contains(folded, fold(try)); n++ {
		try = fmt.Sprintf("%s_%d", name, n)
	}
	return try
}

// header is the first row of a CSV or Excel report.
func header(own []string) []string {
	var names []string
	for _, c := range columns {
		names = append(names, "tebar_"+c.key)
	}
	for _, name := range own {
		if slices.Contains(names, name) {
			name = unused(name, slices.Concat(names, own))
		}
		names = append(names, name)
	}
	return names
}
