package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A long reading is told of: plain lines seconds apart, a bar on a terminal,
// which is taken away at the end. A short one is not.
func TestReadingProgress(t *testing.T) {
	for _, c := range []struct {
		name       string
		bar, quiet bool
		reading    time.Duration
		want       string
	}{
		{"short", false, false, 2 * time.Second, ""},
		{"long", false, false, 7 * time.Second, "list.yaml: 300 rows read, 30 %\nlist.yaml: 600 rows read, 60 %\n"},
		{"quiet", false, true, 7 * time.Second, ""},
		{"bar", true, false, 2 * time.Second, "\r\x1b[Klist.yaml [===                           ] 100 rows read, 10 %\r\x1b[K"},
		{"quiet bar", true, true, 7 * time.Second, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				p := newReadingProgress(&app{errs: &out, quiet: c.quiet}, "list.yaml")
				if c.bar {
					p.bar, p.every = true, barEvery
				}
				for s := time.Duration(0); s < c.reading; s += time.Second {
					p.watch(int(s/time.Second)*100, s.Seconds()/10)
					time.Sleep(time.Second)
				}
				p.watch(1000, 1)
				if out.String() != c.want {
					t.Errorf("%q, not %q", out.String(), c.want)
				}
			})
		})
	}
}
