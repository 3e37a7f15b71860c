//go:build system

package proof

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// spamBelow is the score that a letter without a fault of its own stays under;
// 5.0 is SpamAssassin's line.
const spamBelow = 2.0

// notContent are rules that speak of no message, but of its way and of what the
// reader knows; there is no way yet.
var notContent = map[string]string{
	"NO_RECEIVED": "no server has had it yet", "NO_RELAYS": "no server has had it yet",
}

// TestSpamAssassin scores messages of every kind by SpamAssassin's own rules,
// without the network: an ordinary letter to ordinary people.
func TestSpamAssassin(t *testing.T) {
	var scored []string
	worst := 0.0
	each := size(8, 90)
	var box bytes.Buffer
	kinds := map[string]string{} // by Message-ID
	for _, ml := range mailings(t) {
		if ml.people != nil {
			ml.people = ordinary(each)
		}
		_, all := ml.inSandbox(t)
		for _, p := range all[:min(each, len(all))] {
			kinds[p.MessageID] = ml.name
			fmt.Fprintf(&box, "From office@example.org Mon Mar  1 09:00:00 2027\n%s\n", bytes.ReplaceAll(p.raw, []byte("\r\n"), []byte("\n")))
		}
	}
	for _, v := range judged(t, &box) {
		kind, known := kinds[v.id]
		if !known {
			t.Fatalf("whose is %s?", v.id)
		}
		delete(kinds, v.id)
		if v.score >= spamBelow {
			t.Errorf("%s: %.1f by %v", kind, v.score, v.rules)
		}
		worst = max(worst, v.score)
		scored = append(scored, fmt.Sprintf("%s %.1f %v", kind, v.score, v.rules))
	}
	if len(kinds) > 0 {
		t.Errorf("not judged: %v", kinds)
	}
	slices.Sort(scored)
	t.Log(strings.Join(slices.Compact(scored), "\n"))
	figures(t, "spam score", "%d messages of %d kinds of letter by SpamAssassin -L: at most %.1f, where 5.0 is spam", len(scored), len(mailings(t)), worst)
}

// A spamScore is what SpamAssassin says of a message.
type spamScore struct {
	id    string
	score float64
	rules []string // those that count
}

var (
	spamStatus = regexp.MustCompile(`(?m)^X-Spam-Status: \w+, score=(-?[\d.]+) required=[\d.]+ tests=([A-Z0-9_,\s]+?)\s+autolearn=`)
	spamID     = regexp.MustCompile(`(?m)^Message-ID: <(.*)>$`)
)

// judged asks SpamAssassin about all messages of a mailbox, in one process.
func judged(t *testing.T, box *bytes.Buffer) []spamScore {
	t.Helper()
	cmd := exec.Command("spamassassin", "--local", "--nocreate-prefs", "--mbox")
	cmd.Env = append(cmd.Environ(), "HOME="+t.TempDir(), "LANG=C.UTF-8")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = box, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: install Debian's spamassassin, as .ci/packages does\n%s", err, &stderr)
	}
	var all []spamScore
	for _, one := range bytes.Split(out, []byte("\nFrom office@example.org ")) {
		status, id := spamStatus.FindSubmatch(one), spamID.FindSubmatch(one)
		if status == nil || id == nil {
			t.Fatalf("no verdict in %.1000s", one)
		}
		score, err := strconv.ParseFloat(string(status[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		v := spamScore{id: string(id[1]), score: score}
		for _, rule := range strings.FieldsFunc(string(status[2]), func(r rune) bool { return r == ',' || r <= ' ' }) {
			if notContent[rule] == "" {
				v.rules = append(v.rules, rule)
			}
		}
		all = append(all, v)
	}
	return all
}
