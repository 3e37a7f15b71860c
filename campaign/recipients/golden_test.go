package recipients

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

var update = flag.Bool("update", false, "write the goldens anew")

// Each case reads lists of testdata; what came of every row, and every
// problem, stands in testdata/NAME.golden.
var goldens = []struct {
	name  string
	lists []campaign.List
	opts  Options
}{
	{name: "guests", lists: []campaign.List{{File: "guests.csv"}}},
	{name: "guests-stop", lists: []campaign.List{{File: "guests.csv", StopOnBad: true}}},
	{name: "semicolon", lists: []campaign.List{{File: "semicolon.csv", Name: "nama"}}},
	{name: "orders-error", lists: []campaign.List{{File: "orders.csv"}}},
	{name: "orders-first", lists: []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesFirst}}},
	{name: "orders-last", lists: []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesLast}}},
	{name: "orders-group", lists: []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesGroup}}},
	{name: "orders-each", lists: []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesEach, Key: "item"}}},
	{name: "two-lists", lists: []campaign.List{{File: "guests.csv"}, {File: "orders.csv"}}},
	{name: "demands", lists: []campaign.List{{
		File: "members.tsv", Name: "Name", Required: []string{"link", "Name"}, Unique: []string{"link"},
		Exclude: []campaign.Exclude{{File: "answered.txt"}, {Campaign: "invite"}},
	}}, opts: Options{Campaign: invited}},
	{name: "unknown-campaign", lists: []campaign.List{{File: "members.tsv", Exclude: []campaign.Exclude{{Campaign: "invte"}}}}, opts: Options{Campaign: invited}},
	{name: "exclude-on", lists: []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesGroup, Exclude: []campaign.Exclude{{File: "sold.csv", On: "Item"}}}}},
	{name: "where", lists: []campaign.List{{File: "guests.csv"}}, opts: Options{Where: []func(campaign.Row) (bool, error){class7A}}},
	{name: "headings", lists: []campaign.List{{File: "headings.csv", Name: "Name", Required: []string{"zzz"}, Email: "EMAIL"}}},
	{name: "titles", lists: []campaign.List{{File: "titles.csv"}, {File: "titles.csv", Email: "e-mail"}}},
	{name: "no-headings", lists: []campaign.List{{File: "bare.csv", Columns: []string{"email", "first name"}}}},
	{name: "headings-twice", lists: []campaign.List{{File: "guests.csv", Columns: []string{"a", "b"}}, {File: "wide-title.csv"}}},
	{name: "no-titles", lists: []campaign.List{{File: "no-titles-1.csv"}, {File: "no-titles-2.csv"}, {File: "no-titles-3.csv"}, {File: "no-titles-4.csv"}}},
	{name: "short-rows", lists: []campaign.List{{File: "short-rows.csv", Exclude: []campaign.Exclude{{File: "done.csv", On: "name"}}}}},
	{name: "faults", lists: []campaign.List{
		{File: "two-mail.csv"},
		{File: "no-header.csv"},
		{File: "open-quote.csv"},
		{File: "stray-quote.csv"},
		{File: "header-only.csv"},
		{File: "empty.csv"},
		{File: "nowhere.csv"},
		{File: "."},
		{File: "../doc.go"},
		{File: "guests.csv", Encoding: "klingon"},
		{File: "guests.csv", Email: "surname"},
	}},
	{name: "modes-clash", lists: []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesFirst}, {File: "members.tsv", Duplicates: campaign.DuplicatesLast}}},
	{name: "few-problems", lists: []campaign.List{{File: "guests.csv"}, {File: "open-quote.csv"}}, opts: Options{MaxProblems: 2}},
}

func invited(_ context.Context, name string, _ []campaign.State) (iter.Seq2[string, error], error) {
	if name != "invite" {
		return nil, campaign.ErrUnknown
	}
	return func(yield func(string, error) bool) { yield("eka@example.org", nil) }, nil
}

func class7A(r campaign.Row) (bool, error) {
	class, _ := r.Value("class")
	if class == "7C" {
		return false, errors.New(`it prints "maybe", which is neither true nor false`)
	}
	return class == "7A", nil
}

func TestGoldens(t *testing.T) {
	for _, c := range goldens {
		t.Run(c.name, func(t *testing.T) {
			c.opts.Folder = "testdata"
			entries, result := readWith(t, c.opts, c.lists...)
			got := render(entries, result)
			path := filepath.Join("testdata", c.name+".golden")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

// render makes a readable text of a result.
func render(entries []campaign.Entry, r Result) []byte {
	var b bytes.Buffer
	for _, s := range r.Sources {
		fmt.Fprintf(&b, "source %s: %s %s %q, headings in row %d, %d rows, columns %q, address in %d\n", s.File, s.Format, s.Encoding, s.Delimiter, s.HeaderRow, s.Rows, s.Columns, s.EmailIndex)
	}
	fmt.Fprintf(&b, "%d rows, %d messages, %d skipped, %d duplicates\n\n", r.Rows, r.Messages, r.Skipped, r.Duplicates)
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %d: ", e.Source, e.Number)
		switch {
		case e.Skip != "":
			fmt.Fprintf(&b, "%s (%s)", e.Skip, e.Reason)
		case e.Member:
			b.WriteString("member")
		default:
			b.WriteString("message")
		}
		fmt.Fprintf(&b, " %s key=%q name=%q values=%q", e.Address, e.Key, e.Name, e.Values)
		for _, row := range e.Rows {
			fmt.Fprintf(&b, " +%d", row.Number)
		}
		b.WriteString("\n")
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n%s: %s\n", p.Severity, p.Error())
		if p.Hint != "" {
			fmt.Fprintf(&b, "  %s\n", p.Hint)
		}
	}
	return b.Bytes()
}

// The line of the acceptance: one run names every bad and repeated row.
func TestOneRunNamesAll(t *testing.T) {
	_, result := readLists(t, "testdata", campaign.List{File: "guests.csv"})
	for row, column := range map[int]int{3: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1} {
		named := false
		for _, p := range result.Problems {
			named = named || p.Row == row && p.Column == column && p.Field == "email" && p.File == "guests.csv" && p.Hint != ""
		}
		if !named {
			t.Errorf("row %d, column %d is not named in %v", row, column, result.Problems)
		}
	}
	if text := result.Problems.Error(); !strings.Contains(text, "guests.csv: row 3, column 1 (email)") {
		t.Error(text)
	}
}
