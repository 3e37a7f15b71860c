//go:build system

package proof

import (
	"strings"
	"testing"
)

// TestFaultOnce makes the trouble of every cell of faultTable once: the run
// goes through it by itself, or asks for a person.
func TestFaultOnce(t *testing.T) {
	tried := eachCell(t, 3, cell.comesOnce)
	figures(t, "SMTP faults that pass", "%d campaigns of 3: every state and exit code as the table says; 0 lost, 0 twice", tried)
}

// TestFaultForEver: nothing helps. Who is hit fails with a reason, nobody else
// is harmed; where all are hit the run ends, and they stay on the list.
func TestFaultForEver(t *testing.T) {
	tried := eachCell(t, 1, cell.neverEnds)
	figures(t, "SMTP faults that stay", "%d cells, each for ever: every state and exit code as the table says", tried)
}

// comesOnce: one run goes through the trouble, or a person is asked.
func (c cell) comesOnce(t *testing.T, nth int) bool {
	t.Helper()
	what := meanings[c.word]
	x := c.trial(t, "once", nth, 1, 5)
	x.ends(what.once, x.run("run", x.file, "--yes"))
	if strings.HasPrefix(what.once, "queued") {
		x.ends(what.healed, x.run("resume", "spring"))
	}
	x.fired(min(what.tries, 1))
	return c.comes()
}

// neverEnds: what becomes of it when nothing helps.
func (c cell) neverEnds(t *testing.T, nth int) bool {
	t.Helper()
	if nth > 0 || !full() && c.kind != "drop" && c.kind != "4xx" {
		return false
	}
	what := meanings[c.word]
	x := c.trial(t, "for ever", 0, 0, 2)
	x.ends(what.forever, x.run("run", x.file, "--yes", "--once"))
	return c.comes()
}
