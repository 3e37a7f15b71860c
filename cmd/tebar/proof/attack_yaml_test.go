//go:build unix

package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// A yamlBomb stands behind a campaign that is in order, or in its place.
type yamlBomb struct {
	name, text string
	alone      bool   // nothing stands before it
	words      string // of the message
}

// laughs are lists of lists by alias: 9 to the power of n values.
func laughs(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	return b.String()
}

// merges are maps that take the one before twice: 2 to the power of n.
func merges(n int) string {
	var b strings.Builder
	b.WriteString("m0: &m0 {k: v}\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "m%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i-1, i-1)
	}
	return b.String()
}

// stairs go one step deeper in every line.
func stairs(n int) string {
	var b strings.Builder
	for i := 0; i < n && b.Len() < 900_000; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

var yamlBombs = []yamlBomb{
	{name: "billion laughs", text: laughs(12), words: "values, its aliases written out"},
	{name: "laughs in attachments", text: laughs(12) + "attachments: *a11\n", words: "values, its aliases written out"},
	{name: "merges", text: merges(30), words: "unknown key"},
	{name: "an alias of itself", text: "attachments: &a [*a]\n", words: "a"},
	{name: "brackets", text: "attachments: " + strings.Repeat("[", 100_000) + "\n", words: "error"},
	{name: "closed brackets", text: "attachments: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "\n", words: "error"},
	{name: "braces", text: strings.Repeat("{a: ", 50_000), alone: true, words: "error"},
	{name: "dashes", text: "attachments: \n  " + strings.Repeat("- ", 100_000) + "\n", words: "error"},
	{name: "stairs", text: stairs(2000), words: "error"},
	{name: "a long subject", text: "reply_to: " + strings.Repeat("x", 900_000) + "@example.org\n", words: "reply_to"},
	{name: "a long key", text: strings.Repeat("k", 900_000) + ": 1\n", words: "unknown key"},
	{name: "many keys", text: strings.Repeat("zz: 1\n", 5000), words: "unknown key"},
	{name: "many documents", text: strings.Repeat("---\na: 1\n", 50_000), words: "words and signs"},
	{name: "broken lines", text: strings.Repeat("a: b: c\n", 2000), words: "error"},
	{name: "quotes", text: strings.Repeat("a: \"\n", 10_000), words: "error"},
	{name: "anchors", text: strings.Repeat("a: &a 1\n", 50_000), words: "words and signs"},
	{name: "NUL", text: strings.Repeat("\x00", 10_000), alone: true, words: "error"},
	{name: "half UTF-16", text: "\xff\xfe" + strings.Repeat("a\x00:\x00 \x00", 100_000) + "x", alone: true, words: "error"},
	{name: "tags", text: "attachments: !!binary " + strings.Repeat("QUFB", 100_000) + "\n", words: "leads to no file"},
	{name: "a number without end", text: "reserve: 1" + strings.Repeat("0", 500_000) + "\n", words: "reserve"},
	{name: "a time without end", text: "schedule: {pace: " + strings.Repeat("9", 100_000) + "h}\n", words: "pace"},
	{name: "sums of durations", text: "schedule: {pace: " + strings.Repeat("9999d", 100_000) + "}\n", words: "pace"},
	{name: "a long range of dates", text: "schedule: {skip_dates: [0001-01-01..9999-12-31]}\n", words: "skip_dates"},
}

// TestYAMLBombs: small files that stand for much, and files that are large,
// are refused with a message of few lines.
func TestYAMLBombs(t *testing.T) {
	c := &costs{}
	server := serve(t, sandbox.Options{})
	together(yamlBombs, func(b yamlBomb) {
		t.Run(b.name, func(t *testing.T) {
			m := machineIn(t, inMemory(t), server.Port(), 1, "")
			text := m.read("spring.yaml") + b.text
			if b.alone {
				text = b.text
			}
			m.write("spring.yaml", text)
			c.refused(m, server, b.words)
		})
	})
	m := machineIn(t, inMemory(t), server.Port(), 1, "")
	for _, size := range []int64{1<<20 + 1, 100 << 20} {
		if err := os.Truncate(filepath.Join(m.dir, "spring.yaml"), size); err != nil {
			t.Fatal(err)
		}
		c.refused(m, server, "larger than 1 MB")
	}
	m = machineIn(t, inMemory(t), server.Port(), 1, "# "+strings.Repeat("x", 900_000)+"\n")
	if r := c.run(m, "run", m.file, "--yes"); r.code != 0 {
		t.Errorf("a long comment is no bomb: %s", r.short())
	}
	c.figures(t, "YAML bombs", "%d refused with a message", len(yamlBombs)+2)
}
