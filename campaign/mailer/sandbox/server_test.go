package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o sandbox.Options) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// talk runs a dialogue: a line that begins with ">" is sent, any other is the
// beginning of the next line from the server; "EOF" is its hanging up.
func talk(t *testing.T, s *sandbox.Server, script string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	text := textproto.NewConn(conn)
	for step := range strings.Lines(script) {
		step = strings.TrimSpace(step)
		if line, ok := strings.CutPrefix(step, ">"); ok {
			if err := text.PrintfLine("%s", line); err != nil {
				t.Fatalf("sending %q: %v", line, err)
			}
			continue
		}
		got, err := text.ReadLine()
		switch {
		case step == "EOF" && err == nil:
			t.Fatalf("got %q, want the end of the connection", got)
		case step != "EOF" && (err != nil || !strings.HasPrefix(got, step)):
			t.Fatalf("got %q, %v; want %q", got, err, step)
		}
	}
}

const mailOne = `220
>EHLO me.test
250-
250-PIPELINING
250-8BITMIME
250-ENHANCEDSTATUSCODES
250-SMTPUTF8
250 SIZE 35882577
>MAIL FROM:<school@example.org>
250
>RCPT TO:<Ayu@example.org>
250
>DATA
354
>Message-ID: <1@example.org>
>
>Hello
>..hidden dot
>.
250 2.0.0 OK: queued as 000001
`

func TestAccept(t *testing.T) {
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	folder := filepath.Join(t.TempDir(), "deep", "outbox")
	s := start(t, sandbox.Options{Keep: true, Outbox: folder, Now: func() time.Time { return now }})
	talk(t, s, mailOne+">QUIT\n221\nEOF\n")

	const body = "Message-ID: <1@example.org>\r\n\r\nHello\r\n.hidden dot\r\n"
	r := s.Receipts()
	if len(r) != 1 || s.Count() != 1 {
		t.Fatalf("%d receipts, count %d; want 1", len(r), s.Count())
	}
	if string(r[0].Data) != body || r[0].MessageID != "1@example.org" || !r[0].At.Equal(now) || r[0].From != "school@example.org" {
		t.Errorf("receipt %+v, data %q", r[0], r[0].Data)
	}
	file, err := os.ReadFile(filepath.Join(folder, "000001-ayu@example.org.eml"))
	if err != nil {
		t.Fatal(err)
	}
	want := "Return-Path: <school@example.org>\r\nDelivered-To: Ayu@example.org\r\n" + body
	if string(file) != want {
		t.Errorf("file is %q, want %q", file, want)
	}
	for path, mode := range map[string]fs.FileMode{folder: 0o700, r[0].File: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode().Perm(), err, mode)
		}
	}
}

// The names go on after a restart, and two servers on one folder never
// overwrite each other's files.
func TestOutboxNeverOverwrites(t *testing.T) {
	folder := t.TempDir()
	first, second := start(t, sandbox.Options{Outbox: folder}), start(t, sandbox.Options{Outbox: folder})
	talk(t, first, strings.Replace(mailOne, "000001", "", 1))
	talk(t, second, strings.Replace(mailOne, "000001", "", 1))
	talk(t, start(t, sandbox.Options{Outbox: folder}), strings.Replace(mailOne, "000001", "", 1))
	var names []string
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"000001-ayu@example.org.eml", "000002-ayu@example.org.eml", "000003-ayu@example.org.eml"}
	if !slices.Equal(names, want) {
		t.Errorf("outbox holds %q, want %q", names, want)
	}
}

// No 250 for a message that could not be written.
func TestOutboxGone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "outbox")
	s := start(t, sandbox.Options{Outbox: folder})
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	talk(t, s, strings.Replace(mailOne, "250 2.0.0 OK: queued as 000001", "451 4.3.0", 1))
	if s.Count() != 0 {
		t.Errorf("count %d, want 0", s.Count())
	}
}

func TestFileNames(t *testing.T) {
	for address, want := range map[string]string{
		"../../etc/passwd@example.org":          "000001-.._.._etc_passwd@example.org.eml",
		`"a b/c"@example.org`:                   "000001-a_b_c@example.org.eml",
		strings.Repeat("x", 300) + "@x.example": "000001-" + strings.Repeat("x", 100) + ".eml",
		"jürgen@example.org":                    "000001-j_rgen@example.org.eml",
	} {
		folder := t.TempDir()
		s := start(t, sandbox.Options{Outbox: folder})
		talk(t, s, strings.Replace(mailOne, "Ayu@example.org", address, 1))
		if _, err := os.Stat(filepath.Join(folder, want)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

const hello = "220\n>EHLO me.test\n250-\n250-\n250-\n250-\n250-\n250 \n"

// Each kind of scripted trouble, at each stage, as a client sees it.
func TestScript(t *testing.T) {
	hi := strings.Index(mailOne, ">MAIL")
	mail, rcpt := ">MAIL FROM:<a@example.org>\n", ">RCPT TO:<ayu@example.org>\n"
	tests := map[string]struct {
		rule   sandbox.Rule
		script string
		count  int
	}{
		"connect drop":  {rule("*", campaign.StageConnect, sandbox.Reply{Drop: true}), "EOF\n", 0},
		"connect 421":   {rule("*", campaign.StageConnect, sandbox.Reply{Code: 421, Enhanced: "4.7.0", Text: "busy"}), "421 4.7.0 busy\nEOF\n", 0},
		"connect stall": {rule("*", campaign.StageConnect, sandbox.Reply{Stall: time.Millisecond}), mailOne, 1},
		"greeting 554":  {rule("*", campaign.StageGreeting, sandbox.Reply{Code: 554, Text: "no"}), "554 no\n>QUIT\n221\n", 0},
		"ehlo 502":      {rule("*", campaign.StageEHLO, sandbox.Reply{Code: 502, Text: "no"}), "220\n>EHLO me.test\n502 no\n", 0},
		"two lines":     {rule("*", campaign.StageEHLO, sandbox.Reply{Code: 550, Enhanced: "5.7.1", Text: "no\nnever"}), "220\n>EHLO me.test\n550-5.7.1 no\n550 5.7.1 never\n", 0},
		"mail 451":      {rule("*", campaign.StageMail, sandbox.Reply{Code: 451, Text: "later"}), hello + mail + "451 later\n" + rcpt + "502\n", 0},
		"mail nth":      {sandbox.Rule{Stage: campaign.StageMail, Nth: 2, Reply: sandbox.Reply{Code: 451}}, hello + mail + "250\n>RSET\n250\n" + mail + "451\n" + mail + "250\n", 0},
		"mail times":    {sandbox.Rule{Stage: campaign.StageMail, Times: 2, Reply: sandbox.Reply{Code: 451}}, hello + mail + "451\n" + mail + "451\n" + mail + "250\n" + mail + "503\n", 0},
		"rcpt mine":     {rule("AYU@example.org", campaign.StageRcpt, sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "nobody"}), hello + mail + "250\n" + rcpt + "550 5.1.1 nobody\n>RCPT TO:<b@example.org>\n250\n", 0},
		"data refused":  {rule("ayu@example.org", campaign.StageData, sandbox.Reply{Code: 550}), hello + mail + "250\n" + rcpt + "250\n>DATA\n550\n>RSET\n250\n", 0},
		"body drop":     {rule("*", campaign.StageBody, sandbox.Reply{Drop: true}), hello + mail + "250\n" + rcpt + "250\n>DATA\n354\n>Hello\nEOF\n", 0},
		"body after":    {rule("*", campaign.StageBody, sandbox.Reply{Drop: true, After: 8}), hello + mail + "250\n" + rcpt + "250\n>DATA\n354\n>12345\n>12345\nEOF\n", 0},
		"body word":     {rule("*", campaign.StageBody, sandbox.Reply{Code: 421, Text: "bye", Drop: true}), hello + mail + "250\n" + rcpt + "250\n>DATA\n354\n>Hello\n421 bye\nEOF\n", 0},
		"dot 550":       {rule("ayu@example.org", campaign.StageDot, sandbox.Reply{Code: 550, Enhanced: "5.4.5", Text: "Daily"}), mailOne[:strings.LastIndex(mailOne, "250 2")] + "550 5.4.5 Daily\n>QUIT\n221\n", 0},
		"dot drop":      {rule("*", campaign.StageDot, sandbox.Reply{Drop: true}), mailOne[:strings.LastIndex(mailOne, "250 2")] + "EOF\n", 0},
		"dot kept drop": {rule("*", campaign.StageDot, sandbox.Reply{Drop: true, Keep: true}), mailOne[:strings.LastIndex(mailOne, "250 2")] + "EOF\n", 1},
		"dot half":      {rule("*", campaign.StageDot, sandbox.Reply{Cut: 5}), mailOne[:strings.LastIndex(mailOne, "250 2")] + "250 2\nEOF\n", 1},
		"dot garbage":   {rule("*", campaign.StageDot, sandbox.Reply{Raw: "what?\r\n"}), mailOne[:strings.LastIndex(mailOne, "250 2")] + "what?\n>QUIT\n221\n", 0},
		"dot other 250": {rule("*", campaign.StageDot, sandbox.Reply{Code: 250, Text: "fine"}), mailOne[:strings.LastIndex(mailOne, "250 2")] + "250 fine\n", 1},
		"rset":          {rule("*", campaign.StageRset, sandbox.Reply{Code: 421, Drop: true}), hello + ">RSET\n421\nEOF\n", 0},
		"noop":          {rule("*", campaign.StageNoop, sandbox.Reply{Raw: "2"}), hello + ">NOOP\n>QUIT\n2221\n", 0},
		"quit":          {rule("*", campaign.StageQuit, sandbox.Reply{Drop: true}), hello + ">QUIT\nEOF\n", 0},
		"bdat":          {sandbox.Rule{Stage: campaign.StageQuit}, mailOne[:hi] + ">BDAT 3 LAST\n502\n", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, sandbox.Options{Rules: []sandbox.Rule{tt.rule}})
			talk(t, s, tt.script)
			if s.Count() != tt.count {
				t.Errorf("%d messages received, want %d", s.Count(), tt.count)
			}
		})
	}
}

func rule(who string, stage campaign.Stage, r sandbox.Reply) sandbox.Rule {
	return sandbox.Rule{Recipient: who, Stage: stage, Reply: r}
}

func TestLogin(t *testing.T) {
	o := sandbox.Options{Username: "rina@example.org", Password: "geheim", Mechanisms: []string{"PLAIN"}}
	hello := "220\n>EHLO me.test\n250-\n250-\n250-\n250-\n250-AUTH PLAIN\n250-\n250 \n"
	talk(t, start(t, o), hello+">MAIL FROM:<a@example.org>\n530 5.7.0\n")
	talk(t, start(t, o), hello+">AUTH PLAIN AHJpbmFAZXhhbXBsZS5vcmcAd3Jvbmc=\n535 5.7.8\n>MAIL FROM:<a@example.org>\n530\n")
	talk(t, start(t, o), hello+">AUTH PLAIN AHJpbmFAZXhhbXBsZS5vcmcAZ2VoZWlt\n235\n>MAIL FROM:<a@example.org>\n250\n")
}

// The end of the context of Start is the end of the server.
func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := sandbox.Start(ctx, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cancel()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	var b bytes.Buffer
	if _, err := b.ReadFrom(conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Errorf("the connection outlives the context: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func ExampleStart() {
	s, err := sandbox.Start(context.Background(), sandbox.Options{Rules: []sandbox.Rule{
		{Recipient: "budi@example.org", Stage: campaign.StageRcpt, Reply: sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "no such user"}},
		{Stage: campaign.StageDot, Nth: 100, Reply: sandbox.Reply{Code: 550, Enhanced: "5.4.5", Text: "Daily user sending limit exceeded"}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	fmt.Println(s.Host(), s.Count())
	// Output: 127.0.0.1 0
}
