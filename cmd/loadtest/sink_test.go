package main

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// dialogueWith sends everything in one piece and gives all that the server says.
func dialogueWith(t *testing.T, s *server, text string) string {
	t.Helper()
	near, far := net.Pipe()
	go s.talk(far)
	go func() { _, _ = io.WriteString(near, strings.ReplaceAll(text, "\n", "\r\n")) }()
	said, err := io.ReadAll(near)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(said), "\r\n", "\n")
}

// codes are the first three signs of each line.
func codes(said string) string {
	var all []string
	for line := range strings.Lines(said) {
		all = append(all, line[:3])
	}
	return strings.Join(all, " ")
}

// TestPipelined: a whole session in one write, with two messages, is answered
// line for line, and its bytes are counted without the dots of transport.
func TestPipelined(t *testing.T) {
	s := newServer()
	said := dialogueWith(t, s, `EHLO here
MAIL FROM:<a@x.example> BODY=8BITMIME SIZE=10
RCPT TO:<b@x.example>
DATA
..one
.
mail from:<a@x.example>
rcpt to:<c@x.example>
rcpt to:<b@x.example>
DATA
.
QUIT
`)
	if got, want := codes(said), "220 250 250 250 250 250 250 354 250 250 250 250 354 250 221"; got != want {
		t.Errorf("answers %s, want %s:\n%s", got, want, said)
	}
	for _, extension := range []string{"PIPELINING", "8BITMIME", "SIZE"} {
		if !strings.Contains(said, extension) {
			t.Errorf("%s is not offered:\n%s", extension, said)
		}
	}
	if want := (tally{Messages: 2, Recipients: 3, Distinct: 2, Bytes: int64(len(".one\r\n"))}); s.sum() != want {
		t.Errorf("tally %+v, want %+v", s.sum(), want)
	}
}

// TestRefused: what comes in a wrong order counts for nothing.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"RCPT TO:<a@x.example>\n":         "503",
		"DATA\n":                          "503",
		"MAIL FROM:<a@x.example>\nDATA\n": "250 503",
		"MAIL FROM:<a@x.example>\nMAIL FROM:<a@x.example>\n":     "250 503",
		"MAIL FROM:<a@x.example>\nRSET\nRCPT TO:<a@x.example>\n": "250 250 503",
		"MAIL TO:<a@x.example>\n":                                "503",
		"MAIL FROM:<>\nRCPT TO:\n":                               "250 503",
		"VRFY a\n":                                               "502",
		"\n":                                                     "502",
		"HELO here\nNOOP\n":                                      "250 250",
		"MAIL FROM:<>\nRCPT TO:<a@x.example>\nEHLO here\nDATA\n": "250 250 250 250 250 250 503",
	} {
		s := newServer()
		if got := codes(dialogueWith(t, s, text+"QUIT\n")); got != "220 "+want+" 221" {
			t.Errorf("%q: %s, want 220 %s 221", text, got, want)
		}
		if s.sum() != (tally{}) {
			t.Errorf("%q was counted: %+v", text, s.sum())
		}
	}
}

// TestAnswersBeforeWaiting: a client that waits for each answer has it.
func TestAnswersBeforeWaiting(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	go newServer().talk(far)
	r := bufio.NewReader(near)
	for _, step := range []struct{ say, want string }{
		{"", "220"},
		{"HELO here", "250"},
		{"MAIL FROM:<>", "250"},
		{"RCPT TO:<a@x.example>", "250"},
		{"DATA", "354"},
		{"hello\r\n.", "250"},
		{"QUIT", "221"},
	} {
		if step.say != "" {
			if _, err := io.WriteString(near, step.say+"\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		if line, err := r.ReadString('\n'); err != nil || line[:3] != step.want {
			t.Fatalf("%q is answered %q, %v; want %s", step.say, line, err, step.want)
		}
	}
}

// TestCutOff: a message without its dot was not accepted.
func TestCutOff(t *testing.T) {
	s := newServer()
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		s.talk(far)
		close(done)
	}()
	go func() { _, _ = io.Copy(io.Discard, near) }()
	_, _ = io.WriteString(near, "MAIL FROM:<>\r\nRCPT TO:<a@x.example>\r\nDATA\r\nhello\r\n")
	near.Close()
	<-done
	if s.sum() != (tally{}) {
		t.Errorf("it was counted: %+v", s.sum())
	}
}

func TestReadBody(t *testing.T) {
	long := strings.Repeat("x", 40)
	for in, want := range map[string]int{
		".\r\n":                       0,
		"a\r\n.\r\n":                  3,
		"..\r\n.\r\n":                 3, // one dot was put there
		"...a\r\n.\r\n":               5,
		"a\n.\r\nb\r\n.\r\n":          8, // a bare LF begins no line
		"a.\r\n.\r\n":                 4,
		"\r\n\r\n.\r\n":               4,
		long + "\r\n.\r\n":            42, // longer than the buffer
		long[:15] + "\r\n.\r\n":       17, // CR and LF in two reads
		long[:16] + ".\r\n.\r\n":      19, // a dot at the beginning of a read
		long[:15] + "\r\n..\r\n.\r\n": 20,
	} {
		rest := "MAIL"
		r := bufio.NewReaderSize(strings.NewReader(in+rest), 16)
		if size, err := readBody(r); err != nil || size != int64(want) {
			t.Errorf("%q: %d bytes, %v; want %d", in, size, err, want)
			continue
		}
		if left, _ := io.ReadAll(r); string(left) != rest {
			t.Errorf("%q: then %q, want %q", in, left, rest)
		}
	}
	if _, err := readBody(bufio.NewReader(strings.NewReader("a\r\n.\n"))); err == nil {
		t.Error("a dot before a bare LF ended a message")
	}
}

func TestVerify(t *testing.T) {
	for name, c := range map[string]struct {
		tally tally
		want  string
	}{
		"exactly":             {tally{Messages: 3, Recipients: 3, Distinct: 3}, ""},
		"lost":                {tally{Messages: 2, Recipients: 2, Distinct: 2}, "1 of 3 messages were lost"},
		"none":                {tally{}, "3 of 3 messages were lost"},
		"doubled":             {tally{Messages: 4, Recipients: 4, Distinct: 3}, "4 messages arrived where 3 were due"},
		"one twice, one not":  {tally{Messages: 3, Recipients: 3, Distinct: 2}, "2 of them distinct"},
		"two in one message":  {tally{Messages: 3, Recipients: 4, Distinct: 4}, "4 recipients"},
		"people are not seen": {tally{Messages: 3}, ""},
	} {
		err := c.tally.verify(3)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
