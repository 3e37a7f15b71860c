package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
)

func TestHarmless(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"", ""},
		{"Siti", "Siti"},
		{"a=b", "a=b"},
		{"rina@example.org", "rina@example.org"},
		{"12-05-2027", "12-05-2027"},
		{"=1+1", "'=1+1"},
		{" =1+1", "' =1+1"},
		{"\u200b\ufeff=1+1", "'\u200b\ufeff=1+1"},
		{"\u00a0@SUM(A1)", "'\u00a0@SUM(A1)"},
		{"＝1+1", "'＝1+1"},
		{"@rina", "'@rina"},
		{"-", "'-"},
		{"-5", "-5"},
		{" -5 ", " -5 "},
		{"+628123456789", "+628123456789"},
		{"-1.250,50", "-1.250,50"},
		{"+62-812-3456", "'+62-812-3456"},
		{"+62 812 3456", "'+62 812 3456"},
		{"-5+cmd|' /C calc'!A0", "'-5+cmd|' /C calc'!A0"},
		{"-1..2", "'-1..2"},
		{"+", "'+"},
		{"\tx", "'\tx"},
		{"\rx", "'\rx"},
		{"\t=1", "'\t'=1"},
		{"a;=1+1", "a;'=1+1"},
		{"a; b; -5", "a; b;' -5"},
		{"-5\n", "'-5\n"},
		{"\n-5", "\n'-5"},
		{"-5\n-6", "'-5\n'-6"},
		{"one\n=two", "one\n'=two"},
		{"one\r\n- two", "one\r\n'- two"},
		{"a\t+x\tb", "a\t'+x\tb"},
		{"日本 = x", "日本 = x"},
	} {
		if got := Harmless(c.cell); got != c.want {
			t.Errorf("Harmless(%q) = %q, want %q", c.cell, got, c.want)
		}
	}
}

// FuzzHarmless writes a cell between two others, and reads the line as a
// spreadsheet would that parts cells at a comma, a semicolon or a tab: none
// of them may begin what it would evaluate.
func FuzzHarmless(f *testing.F) {
	for _, cell := range []string{"=1", "a;=1", "\"\n=1", "\t-x", ";;+;", "\r@a", "\n+0", "x\",\"=1", "＋1;\u200b=2"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		var line bytes.Buffer
		out := csv.NewWriter(&line)
		if err := out.Write([]string{"a", Harmless(cell), "b"}); err != nil {
			t.Fatal(err)
		}
		out.Flush()
		for _, comma := range ",;\t" {
			in := csv.NewReader(strings.NewReader(line.String()))
			in.Comma, in.LazyQuotes, in.FieldsPerRecord = comma, true, -1
			for {
				record, err := in.Read()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, read := range record {
					if evaluated(read) && !plainNumber(strings.Trim(read, " ")) {
						t.Errorf("%q: parted at %q, the cell %q would be evaluated", cell, comma, read)
					}
				}
			}
		}
		if got, want := strings.ReplaceAll(Harmless(cell), "'", ""), strings.ReplaceAll(cell, "'", ""); got != want {
			t.Errorf("%q lost more than it got: %q", cell, Harmless(cell))
		}
	})
}
