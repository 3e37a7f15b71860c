//go:build system

package proof

import "testing"

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
