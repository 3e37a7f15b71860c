package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

type serversKeyType struct{}

var serversKey = serversKeyType{}

type servers map[string]*sandbox.Server

func server(ts *testscript.TestScript, name string) *sandbox.Server {
	s, ok := ts.Value(serversKey).(servers)[name]
	if !ok {
		ts.Fatalf("no server %s was started", name)
	}
	return s
}

// smtpd starts a server. Rules stand in a file, one a line:
//
//	RECIPIENT STAGE NTH TIMES CODE ENHANCED TEXT...
//
// and `delay 20ms` slows every message down.
func smtpd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: smtpd NAME [RULES]")
	}
	o := sandbox.Options{Keep: true}
	if len(args) > 1 {
		readRules(ts, ts.ReadFile(args[1]), &o)
	}
	s, err := sandbox.Start(context.Background(), o)
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	ts.Value(serversKey).(servers)[args[0]] = s
	ts.Setenv(args[0]+"_port", strconv.Itoa(s.Port()))
}

func readRules(ts *testscript.TestScript, text string, o *sandbox.Options) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0:
		case words[0] == "delay":
			d, err := time.ParseDuration(words[1])
			ts.Check(err)
			o.Delay = d
		case words[0] == "login":
			o.Username, o.Password = words[1], words[2]
		default:
			o.Rules = append(o.Rules, sandbox.Rule{
				Recipient: words[0], Stage: campaign.Stage(words[1]), Nth: number(ts, words[2]), Times: number(ts, words[3]),
				Reply: sandbox.Reply{Code: number(ts, words[4]), Enhanced: words[5], Text: strings.Join(words[6:], " ")},
			})
		}
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

func received(ts *testscript.TestScript, neg bool, args []string) {
	want, got := number(ts, args[1]), server(ts, args[0]).Receipts()
	if len(got) != want {
		ts.Fatalf("the server has %d messages, want %d", len(got), want)
	}
	seen := map[string]bool{}
	for _, r := range got {
		for _, to := range r.To {
			if seen[to] {
				ts.Fatalf("%s got it twice", to)
			}
			seen[to] = true
		}
	}
}

func awaits(ts *testscript.TestScript, neg bool, args []string) {
	want := number(ts, args[1])
	for range 3000 {
		if server(ts, args[0]).Count() >= want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("the server has %d messages after 30 s, want %d", server(ts, args[0]).Count(), want)
}

// within holds every window that begins with a message.
func within(ts *testscript.TestScript, neg bool, args []string) {
	most := number(ts, args[1])
	window, err := time.ParseDuration(args[2])
	ts.Check(err)
	got := server(ts, args[0]).Receipts()
	if len(got) == 0 {
		ts.Fatalf("the server has no message")
	}
	for i, first := range got {
		n := 0
		for _, r := range got[i:] {
			if r.At.Sub(first.At) < window {
				n += len(r.To)
			}
		}
		if n > most {
			ts.Fatalf("%d accepted within %s after %s, at most %d may be", n, window, first.At, most)
		}
	}
}

// reportStates checks a JSON report: the rows of each state.
func reportStates(ts *testscript.TestScript, neg bool, args []string) {
	var report struct {
		Recipients []struct{ State string } `json:"recipients"`
	}
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(json.Unmarshal(text, &report))
	got := map[string]int{}
	for _, r := range report.Recipients {
		got[r.State]++
		got["rows"]++
	}
	want := map[string]int{"rows": got["rows"]}
	for _, pair := range args[1:] {
		state, n, _ := strings.Cut(pair, "=")
		want[state] = number(ts, n)
	}
	for _, set := range []map[string]int{want, got} {
		for state := range set {
			if want[state] != got[state] {
				ts.Fatalf("%s: %d rows, want %d (all: %v)", state, got[state], want[state], got)
			}
		}
	}
}

// agree holds a report against the server's mailbox.
func agree(ts *testscript.TestScript, neg bool, args []string) {
	var report struct {
		Recipients []struct{ Email, State string } `json:"recipients"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &report))
	got := map[string]int{}
	for _, r := range server(ts, args[0]).Receipts() {
		for _, to := range r.To {
			got[to]++
		}
	}
	if len(report.Recipients) == 0 {
		ts.Fatalf("the report is empty")
	}
	for _, r := range report.Recipients {
		n := got[r.Email]
		if r.State == "sent" && n != 1 || r.State == "unconfirmed" && n > 1 || r.State != "sent" && r.State != "unconfirmed" && n != 0 {
			ts.Fatalf("%s is %s, and the server has it %d times", r.Email, r.State, n)
		}
	}
}

// letters checks that each person got the letter of the version that the
// report names: LETTER1 is in version 1's messages, and so on.
func letters(ts *testscript.TestScript, neg bool, args []string) {
	var report struct {
		Recipients []struct {
			Email   string
			Version int
		} `json:"recipients"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &report))
	version := map[string]int{}
	for _, r := range report.Recipients {
		version[r.Email] = r.Version
	}
	got := map[int]int{}
	for _, r := range server(ts, args[0]).Receipts() {
		v := version[r.To[0]]
		if v < 1 || v > len(args)-2 || !strings.Contains(string(r.Data), args[1+v]) {
			ts.Fatalf("%s has version %d in the report, and got another letter", r.To[0], v)
		}
		got[v]++
	}
	for v := range args[2:] {
		if got[v+1] == 0 {
			ts.Fatalf("nobody got version %d", v+1)
		}
	}
}

// attached checks that each message carries `Only for NAME.` of its own
// recipient, and no other's.
func attached(ts *testscript.TestScript, neg bool, args []string) {
	for _, r := range server(ts, args[0]).Receipts() {
		name, _, _ := strings.Cut(r.To[0], "@")
		own := base64.StdEncoding.EncodeToString([]byte("Only for " + name + ".\n"))
		common := base64.StdEncoding.EncodeToString([]byte("For everybody.\n"))
		if text := string(r.Data); !strings.Contains(text, own) || !strings.Contains(text, common) {
			ts.Fatalf("%s has not its own attachment:\n%s", r.To[0], text)
		}
	}
}
