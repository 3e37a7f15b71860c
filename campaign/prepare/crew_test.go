package prepare

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/templates"
)

// Many rows are checked at once and told in the order of the list.
func TestCheckKeepsOrder(t *testing.T) {
	files := base("cc: ['{{.office}}']\n")
	var list strings.Builder
	list.WriteString("name,email,office\n")
	for i := range 3000 {
		office := ""
		if i%7 == 0 {
			office = fmt.Sprintf("no address %d", i)
		}
		fmt.Fprintf(&list, "Ani,ani%d@example.org,%s\n", i, office)
	}
	files["people.csv"] = list.String()
	r := check(t, files)
	if n := r.Problems.Errors(); n != 429 || r.Recipients != 3000 || r.Rows != 3000 {
		t.Fatalf("%d errors, %d recipients of %d rows", n, r.Recipients, r.Rows)
	}
	for i, p := range r.Problems {
		if p.Row != 2+7*i {
			t.Fatalf("problem %d is of row %d", i, p.Row)
		}
	}
	if strings.Join(r.First, " ") != "ani0@example.org ani1@example.org ani2@example.org" || r.Subject != "Hello Ani" {
		t.Error(r.First, r.Subject)
	}
}

func TestCheckCosts(t *testing.T) {
	files := base("cc: ['{{.office}}']\n")
	if r := check(t, files); fmt.Sprint(r.Costs) != "[1 2]" {
		t.Error(r.Costs)
	}
	files["people.csv"] = "name,email,office\nAni,ani@example.org,\nBudi,budi@example.org,\n"
	if r := check(t, files); r.Costs != nil {
		t.Error(r.Costs)
	}
}

func TestCheckInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	files := base("")
	files["people.csv"] = "name,email\n" + strings.Repeat("Ani,ani@example.org\n", 10000)
	p := load(t, files)
	p.opts.Try = func(Filled, []string) error {
		cancel()
		return nil
	}
	if _, err := p.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A row that is too slow is told; behind it nothing more is said of what made
// it so, even of rows that were looked at before it was known.
func TestTakeTooSlow(t *testing.T) {
	letter := func(message string, tooSlow bool) templates.Finding {
		return templates.Finding{Problems: campaign.Problems{{Severity: campaign.Error, Message: message}}, TooSlow: tooSlow}
	}
	broken := errors.New("field")
	for _, tt := range []struct {
		name  string
		found []finding
		want  string
	}{
		{
			"nothing slow",
			[]finding{{whole: true, letter: letter("letter", false), problem: broken}, {whole: true, letter: letter("letter", false), problem: broken}},
			"2 letter, 2 field, 3 letter, 3 field",
		},
		{
			"letter",
			[]finding{{whole: true, letter: letter("slow", true), cost: 1}, {whole: true, letter: letter("letter", false), cost: 1}, {problem: broken}},
			"2 slow, 4 field",
		},
		{
			"field",
			[]finding{{whole: true, letter: letter("letter", false), problem: broken, tooSlow: true}, {whole: true, letter: letter("letter", false), problem: broken}},
			"2 letter, 2 field, 3 letter",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, base(""))
			found := newCollector(nil)
			c := newRowCheck(rowJudge{p: p, letter: true, fields: true}, found, &Report{Subject: "known"})
			for i, f := range tt.found {
				row := campaign.Row{Number: i + 2, Columns: []string{"name", "email", "office"}, Values: []string{"Ani", "", ""}}
				c.take(t.Context(), campaign.Entry{Recipient: campaign.Recipient{Row: row}}, f)
			}
			var got []string
			for _, p := range found.all() {
				got = append(got, fmt.Sprint(p.Row, " ", p.Message))
				for _, also := range p.Rows {
					got = append(got, fmt.Sprint(also, " ", p.Message))
				}
			}
			if text := strings.Join(sortedByRow(got), ", "); text != tt.want {
				t.Errorf("%s, not %s", text, tt.want)
			}
		})
	}
}

// sortedByRow undoes the joining of problems that differ in the row alone.
func sortedByRow(list []string) (out []string) {
	for row := 2; row < 9; row++ {
		for _, s := range list {
			if strings.HasPrefix(s, fmt.Sprint(row, " ")) {
				out = append(out, s)
			}
		}
	}
	return out
}
