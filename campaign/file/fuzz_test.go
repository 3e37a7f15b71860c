package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzLoad: no file makes Load panic; every problem has a place and a message
// of one line; without an error the campaign has what it needs.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		begin := time.Now()
		c, problems := load(t, string(data))
		if took := time.Since(begin); took > 5*time.Second {
			t.Fatalf("it took %s", took)
		}
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Message == "" || p.Excerpt == "" || strings.ContainsFunc(p.Message+p.Hint+p.Field, unicode.IsControl) {
				t.Errorf("problem %+v", p)
			}
		}
		if c == nil {
			if problems.Errors() == 0 {
				t.Error("no campaign, and no error")
			}
			return
		}
		if problems.Errors() > 0 {
			return
		}
		if !goodName.MatchString(c.Name) || c.From.Email == "" || c.Subject == "" || len(c.Lists) == 0 || c.Sender.Provider == "" || c.Sender.Connections < 1 {
			t.Errorf("no error, but %+v", c)
		}
		if _, err := time.LoadLocation(c.Schedule.Zone); err != nil || c.Schedule.Zone == "" {
			t.Errorf("zone %q", c.Schedule.Zone)
		}
		for _, l := range c.Limits {
			if l.Max < 1 || l.Window < time.Second {
				t.Errorf("limit %v", l)
			}
		}
	})
}
