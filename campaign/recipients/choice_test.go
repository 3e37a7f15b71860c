package recipients

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

// chosen reads a list, and gives who gets mail in that order, and what became
// of the other rows.
func chosen(t *testing.T, text string, l campaign.List, o Options) (mail, rest []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	l.File, o.Folder = "people.csv", dir
	rows := 0
	result, err := Read(t.Context(), []campaign.List{l}, o, func(e campaign.Entry) error {
		rows++
		name, _ := e.Value("name")
		switch {
		case e.Skip != "":
			rest = append(rest, fmt.Sprintf("%s: %s, %s", name, e.Skip, e.Reason))
		case e.Member:
			mail[len(mail)-1] += "+" + name
		default:
			mail = append(mail, name)
			if n := len(e.Rows); n > 0 {
				mail[len(mail)-1] += fmt.Sprintf(" of %d", n)
			}
		}
		return nil
	})
	if err != nil || result.Problems.Errors() > 0 {
		t.Fatal(err, result.Problems)
	}
	if rows != result.Rows || result.Rows != strings.Count(text, "\n")-1 || result.Messages != len(mail) {
		t.Errorf("%d rows given, %d counted of %d; %d messages", rows, result.Rows, strings.Count(text, "\n")-1, result.Messages)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return mail, rest
}

const contest = `email,name,class,points
a@example.org,a,Class 10,7.5
b@example.org,b,Class 9,12
c@example.org,c,class 9,
d@example.org,d,Class 9,"7,25"
no address,x,Class 1,99
e@example.org,e,,-3
a@example.org,a,Class 10,7.5
f@example.org,f,Ääskylä,12
`

func TestSortAndLimit(t *testing.T) {
	const bad = `x: bad row, "no address" is not an e-mail address`
	for name, test := range map[string]struct {
		list campaign.List
		mail string
		rest []string // beginnings
	}{
		"limit":           {campaign.List{Limit: 2}, "a b", []string{"c: filtered out, beyond the first 2", "d: filtered", bad, "e: filtered", "a: duplicate, same as row 2", "f: filtered"}},
		"limit of many":   {campaign.List{Limit: 99}, "a b c d e f", []string{bad, "a: duplicate"}},
		"numbers":         {campaign.List{Sort: []string{"points"}}, "e d a b f c", []string{bad, "a: duplicate"}},
		"numbers down":    {campaign.List{Sort: []string{"-points"}}, "b f a d e c", []string{bad, "a: duplicate"}},
		"words":           {campaign.List{Sort: []string{"class"}}, "f b c d a e", []string{bad, "a: duplicate"}},
		"words, numbers":  {campaign.List{Sort: []string{"-class", "points"}}, "a d b c f e", []string{bad, "a: duplicate"}},
		"sort, limit":     {campaign.List{Sort: []string{"-points"}, Limit: 3}, "b f a", []string{bad, "a: duplicate", "d: filtered out, beyond the first 3", "e: filtered", "c: filtered"}},
		"any case":        {campaign.List{Sort: []string{"-Points"}, Limit: 1}, "b", nil},
		"required of few": {campaign.List{Required: []string{"points", "class"}, Limit: 2}, "a b", nil},
		"required sorted": {campaign.List{Required: []string{"points", "class"}, Sort: []string{"-points"}, Limit: 2}, "b f", nil},
	} {
		t.Run(name, func(t *testing.T) {
			mail, rest := chosen(t, contest, test.list, Options{})
			if got := strings.Join(mail, " "); got != test.mail {
				t.Errorf("got %s, want %s", got, test.mail)
			}
			for i, want := range test.rest {
				if i >= len(rest) || !strings.HasPrefix(rest[i], want) {
					t.Errorf("got %q, want %q", rest, test.rest)
					break
				}
			}
		})
	}
}

func TestSortedGroups(t *testing.T) {
	const orders = `email,name,n
a@example.org,a1,5
b@example.org,b1,1
a@example.org,a2,0
c@example.org,c1,9
b@example.org,b2,9
`
	mail, rest := chosen(t, orders, campaign.List{Duplicates: campaign.DuplicatesGroup, Sort: []string{"n"}, Limit: 2}, Options{})
	if diff := cmp.Diff([]string{"b1 of 2+b2", "a1 of 2+a2"}, mail); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"c1: filtered out, beyond the first 2"}, rest); diff != "" {
		t.Error(diff)
	}
	_, rest = chosen(t, orders, campaign.List{Duplicates: campaign.DuplicatesGroup, Sort: []string{"n"}, Limit: 1}, Options{})
	if diff := cmp.Diff([]string{"a1: filtered out, beyond the first 1", "a2: filtered out, beyond the first 1", "c1: filtered out, beyond the first 1"}, rest); diff != "" {
		t.Error(diff)
	}
}

func TestSample(t *testing.T) {
	var b strings.Builder
	b.WriteString("email,name\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "p%d@example.org,%d\n", i, i)
	}
	people := b.String()
	sample := func(l campaign.List, seed string, distinct bool) []string {
		mail, _ := chosen(t, people, l, Options{Seed: seed, Distinct: distinct})
		return mail
	}
	ten := sample(campaign.List{Sample: 10}, "spring", false)
	if len(ten) != 10 || slices.Equal(ten, sample(campaign.List{Sample: 10}, "autumn", false)) {
		t.Errorf("the samples of two campaigns: %q", ten)
	}
	if again := sample(campaign.List{Sample: 10}, "spring", true); !slices.Equal(ten, again) {
		t.Errorf("read again: %q, and %q before", again, ten)
	}
	if all := sample(campaign.List{Sample: 5000}, "spring", false); len(all) != 1000 {
		t.Errorf("%d of all", len(all))
	}
	share := sample(campaign.List{SamplePercent: 2.55, Sort: []string{"-name"}}, "spring", false)
	if len(share) != 26 || !slices.IsSortedFunc(share, func(a, b string) int { return len(b) - len(a) }) {
		t.Errorf("%d: %q", len(share), share)
	}
	for _, name := range ten {
		if !slices.Contains(share, name) {
			t.Errorf("%s is among 10 and not among 26", name)
		}
	}
	people = strings.Replace(people, "p500@example.org,500\n", "", 1) + "p1000@example.org,1000\n"
	kept := 0
	for _, name := range sample(campaign.List{Sample: 10}, "spring", false) {
		if slices.Contains(ten, name) {
			kept++
		}
	}
	if kept < 9 {
		t.Errorf("one person in another's place leaves %d of 10", kept)
	}
	few := sample(campaign.List{Sample: 10, Limit: 3}, "spring", false)
	if len(few) != 3 || slices.ContainsFunc(few, func(n string) bool { return n != "1000" && !slices.Contains(ten, n) }) {
		t.Errorf("3 of 10: %q", few)
	}
}

func TestSortByNoColumn(t *testing.T) {
	dir := t.TempDir()
	_ = os.WriteFile(filepath.Join(dir, "people.csv"), []byte(contest), 0o600)
	result, err := Read(t.Context(), []campaign.List{{File: "people.csv", Sort: []string{"-point"}}}, Options{Folder: dir}, func(campaign.Entry) error { return nil })
	if err != nil || len(result.Problems) == 0 || !strings.Contains(result.Problems[0].Message+result.Problems[0].Hint, `did you mean "points"?`) {
		t.Errorf("%v %v", err, result.Problems)
	}
}

// A person on two lists, of whom the last row counts, is sampled where that
// row stands.
func TestSampleOfListWhoseRowsCount(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		text := "email,name\n"
		for i := range 20 {
			text += fmt.Sprintf("p%d@example.org,%s\n", i, name)
		}
		if name == "a" {
			for i := range 10 {
				text += fmt.Sprintf("q%d@example.org,%s\n", i, name)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lists := []campaign.List{
		{File: "a.csv", Duplicates: campaign.DuplicatesLast, Sample: 5},
		{File: "b.csv", Duplicates: campaign.DuplicatesLast, SamplePercent: 10},
	}
	mail := map[string]int{}
	result, err := Read(t.Context(), lists, Options{Folder: dir}, func(e campaign.Entry) error {
		if e.Skip == "" {
			mail[e.Source]++
		}
		return nil
	})
	if err != nil || result.Rows != 50 {
		t.Fatal(err, result.Rows)
	}
	if diff := cmp.Diff(map[string]int{"a.csv": 5, "b.csv": 2}, mail); diff != "" {
		t.Error(diff)
	}
}

// Marks between thousands are no decimal marks; where that cannot be told, it is
// said how the cell was read.
func TestSortedNumbers(t *testing.T) {
	const list = "email;name;n\na@example.org;a;1,234,567\nb@example.org;b;1.234,5\nc@example.org;c;2,000\nd@example.org;d;-1\u00a0000\ne@example.org;e;3.125\nf@example.org;f;950\ng@example.org;g;1.234.567,5\n"
	mail, _ := chosen(t, list, campaign.List{Sort: []string{"n"}, Delimiter: ";"}, Options{})
	if got := strings.Join(mail, " "); got != "d e f b c a g" {
		t.Errorf("got %s", got)
	}
	dir := t.TempDir()
	_ = os.WriteFile(filepath.Join(dir, "people.csv"), []byte(list), 0o600)
	result, err := Read(t.Context(), []campaign.List{{File: "people.csv", Sort: []string{"n"}, Delimiter: ";"}}, Options{Folder: dir}, func(campaign.Entry) error { return nil })
	if err != nil || len(result.Problems) != 1 {
		t.Fatal(err, result.Problems)
	}
	if p := result.Problems[0]; p.Row != 4 || len(p.Rows) != 1 || p.Rows[0] != 6 || p.Severity != campaign.Warning ||
		p.Message != `"2,000" can be two numbers; the list is sorted as if it were 2000` {
		t.Errorf("%+v", p)
	}
}
