package prepare

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
)

// write makes a campaign folder of files and gives the path of campaign.yaml.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "campaign.yaml")
}

// base is a campaign with one letter and two people; extra adds keys.
func base(extra string) map[string]string {
	return map[string]string{
		"campaign.yaml": "name: base\nfrom: rina@example.org\nsubject: Hello {{.name}}\nbody: {text: body.txt}\n" +
			"recipients: {file: people.csv}\nsender: {provider: sandbox}\n" + extra,
		"body.txt":   "Dear {{.name}}\n",
		"people.csv": "name,email,office\nAni,ani@example.org,\nBudi,budi@example.org,north@example.org\n",
	}
}

func load(t *testing.T, files map[string]string) *Prepared {
	t.Helper()
	p, err := Load(t.Context(), write(t, files), Options{Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func check(t *testing.T, files map[string]string) Report {
	t.Helper()
	r, err := load(t, files).Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What the scheduler cannot work with is a problem of the file.
func TestCalendarWithoutTime(t *testing.T) {
	r := check(t, base("schedule: {skip_dates: [0001-01-01..9999-12-31]}\n"))
	if len(r.Problems) != 1 || r.Problems[0].Line != 7 || !strings.Contains(r.Problems[0].Message, "leave no time to send") {
		t.Errorf("%v", r.Problems)
	}
}

func TestCheckFindsEverything(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(map[string]string)
		want   []string // each in some error's text
	}{
		{"sound", func(map[string]string) {}, nil},
		{"missing body", func(f map[string]string) { delete(f, "body.txt") }, []string{"body.txt"}},
		{"empty body", func(f map[string]string) { f["body.txt"] = " \n" }, []string{"body.txt is empty"}},
		{"body in another encoding", func(f map[string]string) { f["body.txt"] = "Gr\xfc\xdfe" }, []string{"not UTF-8"}},
		{"misspelt column in letter and cc", func(f map[string]string) {
			f["body.txt"] = "Dear {{.nmae}}"
			f["campaign.yaml"] += "cc: ['{{.ofice}}']\n"
		}, []string{"nmae", "ofice"}},
		{"bad cc in a row", func(f map[string]string) {
			f["campaign.yaml"] += "cc: ['{{.office}}']\n"
			f["people.csv"] += "Citra,citra@example.org,not an address\n"
		}, []string{"row 4: cc: \"not an address\""}},
		{"static attachment missing", func(f map[string]string) { f["campaign.yaml"] += "attachments: [map.pdf]\n" }, []string{"map.pdf"}},
		{"a row's attachment missing", func(f map[string]string) {
			f["campaign.yaml"] += "attachments: ['t/{{.name}}.pdf']\n"
			f["t/Ani.pdf"] = "x"
		}, []string{"row 3: t/Budi.pdf"}},
		{"attachment outside by a cell", func(f map[string]string) {
			f["campaign.yaml"] += "attachments: ['{{.office}}']\n"
			f["people.csv"] = "name,email,office\nAni,ani@example.org,../../../../../../etc/passwd\n"
		}, []string{"outside the campaign's folder"}},
		{"too many recipients for the limit", func(f map[string]string) {
			f["campaign.yaml"] += "cc: [a@example.org, b@example.org]\nlimits: 2/24h\n"
		}, []string{"counts for 3 recipients"}},
		{"nobody left", func(f map[string]string) {
			f["campaign.yaml"] = strings.Replace(f["campaign.yaml"], "{file: people.csv}", `{file: people.csv, where: '{{eq .name "X"}}'}`, 1)
		}, []string{"nobody is left"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := base("")
			tt.change(files)
			r := check(t, files)
			if r.OK() != (len(tt.want) == 0) {
				t.Fatalf("problems: %v", r.Problems)
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(r.Problems, func(p campaign.Problem) bool {
					return p.Severity == campaign.Error && strings.Contains(p.Error(), want)
				}) {
					t.Errorf("no error says %q: %v", want, r.Problems)
				}
			}
		})
	}
}

func TestAttachmentBySymlinkOutside(t *testing.T) {
	files := base("attachments: [link.txt]\n")
	path := write(t, files)
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(filepath.Dir(path), "link.txt")); err != nil {
		t.Fatal(err)
	}
	p, err := Load(t.Context(), path, Options{Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Problems.Errors() != 1 || !strings.Contains(p.Problems[0].Message, "outside") {
		t.Errorf("problems: %v", p.Problems)
	}
}

// Problems that differ by their row alone are one, which names the rows.
func TestCollectorJoinsRows(t *testing.T) {
	c := newCollector(nil)
	for row := range 30 {
		c.add(campaign.Problem{Severity: campaign.Warning, File: "p.csv", Row: row + 2, Message: "empty"})
	}
	c.add(campaign.Problem{Severity: campaign.Warning, File: "p.csv", Row: 5, Message: "other"})
	if len(c.all()) != 2 || len(c.all()[0].Rows) != rowsNamed || c.all()[0].More != 9 {
		t.Errorf("%+v", c.all())
	}
}

func TestFill(t *testing.T) {
	p := load(t, base("cc: ['{{.office}}', 'Head <head@Exämple.org>']\nreply_to: office@example.org\nheaders: {X-Name: '{{.name}}'}\n"))
	r, _, err := p.Find(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	f, err := p.Fill(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if f.Recipients() != 3 || f.Cc[0].Email != "north@example.org" || f.Cc[1].Email != "head@xn--exmple-cua.org" {
		t.Errorf("cc %v", f.Cc)
	}
	if f.Subject != "Hello Budi" || f.Headers["X-Name"] != "Budi" || f.ReplyTo[0].Email != "office@example.org" {
		t.Errorf("%+v", f)
	}
	if _, _, err := p.Find(t.Context(), 99); !errors.Is(err, ErrNoRow) {
		t.Errorf("row 99: %v", err)
	}
	r, _, err = p.Find(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if f, err = p.Fill(t.Context(), r); err != nil || f.Recipients() != 2 {
		t.Errorf("an empty cc adds somebody: %v, %v", f.Cc, err)
	}
}

// To, Cc and Bcc each count against the limits, in the entry too.
func TestBccCounts(t *testing.T) {
	p := load(t, base("cc: [head@example.org]\nbcc: ['{{.office}}', archive@example.org]\n"))
	var costs []int
	_, err := p.Entries(t.Context(), func(string, []byte) error { return nil }, false, func(e campaign.Entry) error {
		costs = append(costs, e.Recipients)
		return nil
	})
	if err != nil || !slices.Equal(costs, []int{3, 4}) {
		t.Errorf("the messages count for %v recipients, want 3 and 4 (%v)", costs, err)
	}
}

// What changes a message changes its entry's digest, and nothing else does.
func TestEntriesDigest(t *testing.T) {
	digests := func(files map[string]string) []string {
		var out []string
		_, err := load(t, files).Entries(t.Context(), func(string, []byte) error { return nil }, false, func(e campaign.Entry) error {
			out = append(out, e.SHA256)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	with := func(change func(map[string]string)) []string {
		files := base("attachments: ['t/{{.name}}.txt']\n")
		files["t/Ani.txt"], files["t/Budi.txt"] = "one", "two"
		change(files)
		return digests(files)
	}
	first := with(func(map[string]string) {})
	if again := with(func(map[string]string) {}); !slices.Equal(first, again) {
		t.Error("the same files give other digests")
	}
	moved := with(func(f map[string]string) {
		f["people.csv"] = "name,email,office\nBudi,budi@example.org,north@example.org\n\nAni,ani@example.org,\n"
	})
	if moved[0] != first[1] || moved[1] != first[0] {
		t.Error("moving a row changes its digest")
	}
	attachment := with(func(f map[string]string) { f["t/Ani.txt"] = "three" })
	if attachment[0] == first[0] || attachment[1] != first[1] {
		t.Error("a changed attachment does not show, or shows elsewhere")
	}
	cell := with(func(f map[string]string) { f["people.csv"] = strings.Replace(f["people.csv"], "north", "south", 1) })
	if cell[0] != first[0] || cell[1] == first[1] {
		t.Error("a changed cell does not show, or shows elsewhere")
	}
}

// A letter under way is not held up by what mail programs do not show; a new one
// is.
func TestPitfallsAreOfTheCheck(t *testing.T) {
	files := base("")
	files["campaign.yaml"] = strings.Replace(files["campaign.yaml"], "text: body.txt", "html: body.html", 1)
	files["body.html"] = `<p>Dear {{.name}}, here are some words.</p><a href="info.html">more</a>`
	p := load(t, files)
	if p.Problems.Errors() > 0 {
		t.Errorf("loading: %v", p.Problems)
	}
	if r, err := p.Check(t.Context()); err != nil || r.OK() {
		t.Errorf("checking: %v, %v", r.Problems, err)
	}
}

// A list that is named twice is shown as it is.
func TestProfileOfAListNamedTwice(t *testing.T) {
	files := base("")
	files["campaign.yaml"] = strings.Replace(files["campaign.yaml"], "recipients: {file: people.csv}", "recipients: [{file: people.csv}, {file: people.csv}]", 1)
	r := check(t, files)
	for _, p := range r.Profiles {
		if p.Rows != 2 || !slices.Equal(p.Filled, []int{2, 2, 1}) || len(p.Samples) != 2 {
			t.Errorf("%+v", p)
		}
	}
	if len(r.Profiles) != 2 {
		t.Errorf("%d profiles", len(r.Profiles))
	}
}

// A file that is no campaign at all has its problems, and nothing else is looked
// at.
func TestCheckOfNoCampaign(t *testing.T) {
	r := check(t, map[string]string{"campaign.yaml": strings.Repeat("---\na: 1\n", 100_000)})
	if r.OK() {
		t.Error("it is taken")
	}
	p := load(t, map[string]string{"campaign.yaml": "- a\n"})
	if r, rows, _, err := p.CheckRows(t.Context()); err != nil || r.OK() || len(rows) > 0 || p.Uses("nowhere") {
		t.Errorf("%v, %v, %v", r, rows, err)
	}
}

// What a letter in Markdown shows is looked at too.
func TestPitfallsOfMarkdown(t *testing.T) {
	files := base("")
	files["campaign.yaml"] = strings.Replace(files["campaign.yaml"], "text: body.txt", "markdown: body.md", 1)
	files["body.md"] = "Dear {{.name}}, look at ![our ship](ship.png) and [this](more.html), please.\n"
	r := check(t, files)
	var got []string
	for _, p := range r.Problems {
		got = append(got, p.File+" "+p.Message)
	}
	text := strings.Join(got, "\n")
	if r.Problems.Errors() != 2 || !strings.Contains(text, `body.md the picture "ship.png" cannot be sent along`) || !strings.Contains(text, `body.md the link "more.html"`) {
		t.Errorf("%s", text)
	}
}
