package main

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tebar": main})
}

// TestScripts runs testdata/script: the command line as outside scripts see it.
//
// Beside testscript's own commands:
//
//	exits CODE COMMAND ARG...   the command ends with just this exit code (or one of 0,4)
//	smtpd NAME [RULES]          an SMTP server on loopback; its port is $NAME_port
//	expand FILE...              replaces $NAME in files
//	received NAME N             the server has N messages, no recipient twice
//	awaits NAME N               waits until it has N
//	within NAME N WINDOW        never more than N accepted in any WINDOW, by its clock
//	files N PATTERN             N files match
//	letters NAME REPORT TEXT... who has version N in the report got the Nth text
//	attached NAME               each message has its own recipient's attachment
//	people FILE N               writes a list of N people
//	same FILE FILE              two outputs are alike but for the time it took
//	message FOLDER TEXT...      the first .eml file's text part has these texts
//	states REPORT KEY=N...      the JSON report has just these states
//	agree NAME REPORT           per address: sent is once at the server, unconfirmed 0 or 1, anything else 0
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("TZ", "UTC")
			e.Setenv("SAMPLES", samples)
			e.Values[serversKey] = servers{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "smtpd": smtpd, "expand": expand, "received": received,
			"awaits": awaits, "within": within, "files": files, "states": reportStates, "agree": agree, "message": messageHas, "letters": letters, "attached": attached,
			"people": people, "same": same, "workbook": workbook,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if !slices.Contains(strings.Split(args[0], ","), strconv.Itoa(got)) {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

func expand(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		text, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, []byte(os.Expand(string(text), ts.Getenv)), 0o600))
	}
}

func people(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: people FILE N")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b strings.Builder
	b.WriteString("email,name\n")
	for i := range n {
		fmt.Fprintf(&b, "person%d@example.org,Person %d\n", i+1, i+1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

// same compares what two rehearsals printed, less the lines that tell the
// wall clock or how many files there are.
func same(ts *testscript.TestScript, neg bool, args []string) {
	var kept [2]string
	for i, name := range args[:2] {
		for line := range strings.Lines(ts.ReadFile(name)) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if word == "states" || word == "100/24h" || word == "3000/month" {
				kept[i] += line
			}
		}
	}
	if kept[0] == "" || kept[0] != kept[1] {
		ts.Fatalf("%s\nis not\n%s", kept[0], kept[1])
	}
}

func files(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: files N PATTERN")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != want {
		ts.Fatalf("%d files match %s, want %d", len(found), args[1], want)
	}
}

// messageHas looks into the decoded text part, which is quoted-printable.
func messageHas(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.eml"))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("no message in %s", args[0])
	}
	f, err := os.Open(found[0])
	ts.Check(err)
	defer f.Close()
	m, err := mail.ReadMessage(f)
	ts.Check(err)
	text := textPart(ts, m.Header.Get, m.Body)
	for _, want := range args[1:] {
		if !strings.Contains(text, want) {
			ts.Fatalf("%s has no %q in its text:\n%s", found[0], want, text)
		}
	}
}

// textPart finds the first text/plain part and decodes it.
func textPart(ts *testscript.TestScript, header func(string) string, body io.Reader) string {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	ts.Check(err)
	if strings.HasPrefix(kind, "multipart/") {
		part, err := multipart.NewReader(body, params["boundary"]).NextRawPart()
		ts.Check(err)
		return textPart(ts, part.Header.Get, part)
	}
	if header("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	ts.Check(err)
	return string(text)
}
