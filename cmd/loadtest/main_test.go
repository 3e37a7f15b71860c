package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets the test's binary be the children that loadtest starts.
func TestMain(m *testing.M) {
	if ran, code := asChild(os.Args); ran {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// TestLoadtest is the whole of it, small: both contestants that need no Debian
// package, one round, in both ways of printing.
func TestLoadtest(t *testing.T) {
	dir := t.TempDir()
	o, err := parse([]string{"-messages", "20", "-rounds", "1", "-dir", dir, "-only", "tebar,go-mail"}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	var progress bytes.Buffer
	r, err := run(t.Context(), o, &progress)
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s is left behind", left[0])
	}
	if lines := strings.Count(progress.String(), "\n"); lines != 2 {
		t.Errorf("%d lines of progress, want 2:\n%s", lines, &progress)
	}
	for _, l := range r.Contestants {
		if len(l.Runs) != 1 || l.Runs[0].Accepted != 20 {
			t.Errorf("%s: runs %+v, want one of 20 messages", l.Name, l.Runs)
		}
		if l.Rate.Median <= 0 || l.CPU.Median <= 0 || l.Size.Median < smallest {
			t.Errorf("%s: figures are missing: %+v", l.Name, l)
		}
	}
	checkTable(t, r, "messages/s", "tebar ", "go-mail ", "tebar / go-mail ", "20 messages", "sink ", "connections  go-mail:1 tebar:4")
	checkJSON(t, r)
}

// checkTable wants each of these somewhere in the table.
func checkTable(t *testing.T, r report, wants ...string) {
	t.Helper()
	var table bytes.Buffer
	if err := r.print(&table, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, &table)
		}
	}
}

func checkJSON(t *testing.T, r report) {
	t.Helper()
	var object bytes.Buffer
	if err := r.print(&object, true); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(object.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Contestants) != 2 || len(back.Ratios) != 1 || back.Ratios[0].Rate.Median <= 0 || back.Conditions.Messages != 20 {
		t.Errorf("the JSON lacks something:\n%s", &object)
	}
}

// TestRunsThatDoNotCount: who fails, loses or doubles a message gets no figure.
func TestRunsThatDoNotCount(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		listed, messages int // in the list; that were due
		args             []string
		want             string
	}{
		"one lost":    {listed: 3, messages: 4, want: "1 of 4 messages were lost"},
		"one more":    {listed: 4, messages: 3, want: "4 messages arrived where 3 were due"},
		"all well":    {listed: 3, messages: 3},
		"it does die": {listed: 3, messages: 3, args: []string{"go-mail", "-campaign", "/nowhere"}, want: "/nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{self: self, folder: t.TempDir()}
			b.messages, b.goMail, b.sink = c.messages, 2, "own"
			if b.campaign, err = makeCampaign(filepath.Join(b.folder, "campaign"), c.listed, 7400); err != nil {
				t.Fatal(err)
			}
			who := goMailLoop
			if c.args != nil {
				who.command = func(ctx context.Context, b *bench, _, _ string) (*exec.Cmd, error) {
					return child(ctx, b.self, c.args...), nil
				}
			}
			_, err := b.once(t.Context(), who)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestOverLink: the delay stands between a contestant and the sink.
func TestOverLink(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{self: self, folder: t.TempDir()}
	b.messages, b.goMail, b.sink, b.rtt = 5, 2, "own", 1000
	if b.campaign, err = makeCampaign(filepath.Join(b.folder, "campaign"), 5, 7400); err != nil {
		t.Fatal(err)
	}
	if s, err := b.once(t.Context(), goMailLoop); err != nil || s.Accepted != 5 {
		t.Errorf("%d accepted, %v", s.Accepted, err)
	}
}

func TestUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"flags only":             {"tebar"},
		"not defined":            {"-fast"},
		"1 at least":             {"-rounds", "0"},
		"1 to 16":                {"-connections", "17"},
		"-sink is own or":        {"-sink", "postfix"},
		`-only knows no "sendm"`: {"-only", "tebar,sendm"},
		"-size is":               {"-size", "100"},
	} {
		var out, errs bytes.Buffer
		if code := loadtest(t.Context(), args, &out, &errs); code != 2 || !strings.Contains(errs.String(), want) {
			t.Errorf("loadtest %q: exit %d, %q; want 2 and %q", args, code, &errs, want)
		}
	}
	var out, errs bytes.Buffer
	if code := loadtest(t.Context(), []string{"-h"}, &out, &errs); code != 0 || !strings.Contains(errs.String(), "-rtt") {
		t.Errorf("loadtest -h: exit %d, %q", code, &errs)
	}
}

// TestDefaults: what depends on the round trip.
func TestDefaults(t *testing.T) {
	near, err := parse(nil, os.Stderr)
	if err != nil || near.messages != 5000 || near.goMail != 1 || near.connections != 4 || near.rounds != 5 {
		t.Errorf("without a round trip: %+v, %v", near, err)
	}
	far, err := parse([]string{"-rtt", "50ms"}, os.Stderr)
	if err != nil || far.messages != 500 || far.goMail != 4 {
		t.Errorf("with one: %+v, %v", far, err)
	}
	both, err := parse([]string{"-rtt", "50ms", "-messages", "9", "-gomail-connections", "2"}, os.Stderr)
	if err != nil || both.messages != 9 || both.goMail != 2 {
		t.Errorf("with all said: %+v, %v", both, err)
	}
}

// TestInterrupted: whoever is told to stop leaves nothing behind.
func TestInterrupted(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := loadtest(ctx, []string{"-dir", dir, "-messages", "5", "-tebar", self}, &out, &errs); code != 130 {
		t.Errorf("exit %d, want 130; %s", code, &errs)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s is left behind", left[0])
	}
}
