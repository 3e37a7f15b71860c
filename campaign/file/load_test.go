package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

// load reads a text as a campaign file.
func load(t testing.TB, text string) (*campaign.Campaign, campaign.Problems) {
	t.Helper()
	return read("campaign.yaml", []byte(text), Options{})
}

func TestUnreadable(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large.yaml")
	if err := os.WriteFile(large, bytes.Repeat([]byte("# x\n"), maxSize/4+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "none.yaml"): "file does not exist", folder: "this is a folder", large: "larger than 1 MB", os.DevNull: "not an ordinary file",
	} {
		c, problems, err := Load(path, Options{})
		var hint *campaign.HintError
		if c != nil || problems != nil || err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &hint) || hint.Hint == "" {
			t.Errorf("%s: %v, %v, %v; want an error with %q and a hint", path, c, problems, err, want)
		}
	}
	if _, _, err := Load(filepath.Join(folder, "none.yaml"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}

// TestEncodings: the same file in every encoding gives the same campaign.
func TestEncodings(t *testing.T) {
	data, err := os.ReadFile("testdata/complete.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "Rina Wijaya", "Rína 林 𝓦", 1)
	want, problems := load(t, text)
	if len(problems) > 0 || want.From.Name != "Rína 林 𝓦" {
		t.Fatal(want.From, problems)
	}
	for name, changed := range map[string]string{
		"BOM": "\ufeff" + text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "CR": strings.ReplaceAll(text, "\n", "\r"),
		"UTF-16LE with BOM": wide("\ufeff"+text, binary.LittleEndian), "UTF-16BE with BOM": wide("\ufeff"+text, binary.BigEndian),
		"UTF-16LE": wide(text, binary.LittleEndian), "UTF-16BE": wide(text, binary.BigEndian),
		"UTF-16LE and CRLF": wide("\ufeff"+strings.ReplaceAll(text, "\n", "\r\n"), binary.LittleEndian),
	} {
		got, problems := load(t, changed)
		if got == nil || len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		got.File, got.Folder = want.File, want.Folder
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs:\n%s", name, diff)
		}
	}
}

// TestLineEnds: a place is the same with every line end.
func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		_, problems := load(t, strings.ReplaceAll(minimal+"zz: 1\n", "\n", end))
		if len(problems) != 1 || problems[0].Line != 7 || problems[0].Column != 1 || !strings.Contains(problems[0].Excerpt, "7 | zz: 1\n") {
			t.Errorf("with %q: %s", end, written(problems))
		}
	}
}

func wide(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// minimal is a file without a mistake.
const minimal = `name: minimal
from: rina@school.example
subject: Hello
body: {text: body.txt}
recipients: {file: people.csv}
sender: {provider: sandbox}
`

// TestAsTyped: text keeps its characters, whatever YAML would make of them.
func TestAsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"007": "007", "2024": "2024", "1e3": "1e3", "0x10": "0x10", "1_000": "1_000", "1.50": "1.50", "yes": "yes", "No": "No", "true": "true",
		"on": "on", "2027-03-01": "2027-03-01", "12:30:45": "12:30:45", "+5": "+5", ".5": ".5", ".inf": ".inf", "'~'": "~", "'it''s'": "it's",
		`"a\"b"`: `a"b`, "x # y": "x", "'x # y'": "x # y", "=1": "=1", "<<": "<<", "Ünïcode 林": "Ünïcode 林", "|\n    Guests\n": "Guests", ">-\n    a\n    b\n": "a b",
		"!!str 5": "5", "a\n    b": "a b",
	} {
		c, problems := load(t, strings.Replace(minimal, "{file: people.csv}", "\n  file: people.xlsx\n  sheet: "+typed, 1))
		if len(problems) > 0 || len(c.Lists) != 1 || c.Lists[0].Sheet != want {
			t.Errorf("sheet: %s gave %+v, %v; want %q", typed, c.Lists, problems, want)
		}
	}
}

// TestComments: behind subject, from, password, where and attachments they cut
// off what was meant; elsewhere, and behind quotes, they are comments.
func TestComments(t *testing.T) {
	full := func(line string) string {
		return "name: comments\nbody: {text: body.txt}\nrecipients:\n  file: people.csv\n" +
			"  where: '{{.a}}'\nfrom: rina@school.example\nsubject: Hello\nsender:\n  provider: smtp\n  host: localhost\n  username: u\n  password: prompt\n" + line
	}
	for line, bad := range map[string]bool{
		"subject: Pengumuman #2": true, "subject: 'Pengumuman' #2": false, "subject: Pengumuman#2": false, "from: rina@school.example # me": true,
		"attachments: map.pdf # x": true, "attachments:\n  - map.pdf # x": true, "attachments: [map.pdf] # x": false, "attachments: [map.pdf # x\n ]": true,
		"attachments: ['map.pdf'] # x": false, "  password: command:pass show a # x": true, "  password: file:a # x": true, "  password: env:A # x": false,
		"  password: prompt # x": false, "  where: '{{.a}}' # x": false, "  where: x{{.a}} # x": true, "reply_to: a@b.example # x": false, "cc: a@b.example # x": false,
		"reserve: 0 # none": false, "subject: # nothing": true,
	} {
		text := full("")
		name, value, _ := strings.Cut(line, ":")
		if i := strings.Index(text, "\n"+name+":"); i >= 0 {
			end := i + 1 + strings.IndexByte(text[i+1:], '\n')
			text = text[:i+1] + name + ":" + value + text[end:]
		} else {
			text += line + "\n"
		}
		_, problems := load(t, text)
		if found := strings.Contains(written(problems), "cut off at the #"); found != bad || problems.Errors() > 0 != bad {
			t.Errorf("%q: %s", line, written(problems))
		}
	}
}

// TestSecurityDefaults: port and security follow each other.
func TestSecurityDefaults(t *testing.T) {
	for keys, want := range map[string]campaign.Sender{
		"host: smtp.school.example":                           {Host: "smtp.school.example", Port: 587, Security: campaign.StartTLS, Auth: campaign.AuthNone, Connections: 4},
		"host: smtp.school.example, port: 465":                {Host: "smtp.school.example", Port: 465, Security: campaign.TLS, Auth: campaign.AuthNone, Connections: 4},
		"host: smtp.school.example, security: tls":            {Host: "smtp.school.example", Port: 465, Security: campaign.TLS, Auth: campaign.AuthNone, Connections: 4},
		"host: 127.0.0.1, security: none":                     {Host: "127.0.0.1", Port: 25, Security: campaign.None, Auth: campaign.AuthNone, Connections: 4},
		"host: '::1', security: none, port: 2525":             {Host: "::1", Port: 2525, Security: campaign.None, Auth: campaign.AuthNone, Connections: 4},
		"host: localhost, security: none, connections: 16":    {Host: "localhost", Port: 25, Security: campaign.None, Auth: campaign.AuthNone, Connections: 16},
		"host: a.example, username: u, password: 'env:P'":     {Host: "a.example", Port: 587, Security: campaign.StartTLS, Auth: campaign.AuthAuto, Username: "u", Password: "env:P", Connections: 4},
		"host: a.example, username: u, password: prompt":      {Host: "a.example", Port: 587, Security: campaign.StartTLS, Auth: campaign.AuthAuto, Username: "u", Password: "prompt", Connections: 4},
		"host: a.example, auth: none, account: Shared school": {Host: "a.example", Port: 587, Security: campaign.StartTLS, Auth: campaign.AuthNone, Name: "Shared school", Connections: 4},
	} {
		want.Provider = campaign.SMTP
		c, problems := load(t, strings.Replace(minimal, "provider: sandbox", "provider: smtp, "+keys, 1))
		if diff := cmp.Diff(want, c.Sender); diff != "" || problems.Errors() > 0 {
			t.Errorf("%s: %v\n%s", keys, problems, diff)
		}
		if len(c.Limits) != 0 || c.Limits == nil || c.Schedule.Pace != (campaign.Pace{}) {
			t.Errorf("%s has limits %v and pace %v", keys, c.Limits, c.Schedule.Pace)
		}
	}
	for _, host := range []string{"smtp.school.example", "127.0.0.1.example", "10.0.0.1", "localhost.example", "::2"} {
		_, problems := load(t, strings.Replace(minimal, "provider: sandbox", "provider: smtp, security: none, host: '"+host+"'", 1))
		if !strings.Contains(written(problems), "in the clear") {
			t.Errorf("security: none was allowed to %s", host)
		}
	}
}

// TestPresets are the limits of CLI.md.
func TestPresets(t *testing.T) {
	for provider, want := range map[string]string{"gmail": "100/24h and 3000/month", "gmail-500": "500/24h and 15000/month", "workspace": "2000/24h and 60000/month"} {
		c, problems := load(t, strings.Replace(minimal, "provider: sandbox", "provider: "+provider+", username: rina@school.example, password: prompt", 1))
		if got := limitWords(c.Limits); got != want || problems.Errors() > 0 || c.Sender.Connections != 1 || durationWords(c.Schedule.Pace.Max) != "15s" {
			t.Errorf("%s: %s, %+v, %v", provider, got, c.Sender, problems)
		}
	}
}
