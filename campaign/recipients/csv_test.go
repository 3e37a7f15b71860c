package recipients

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tebar/campaign"
)

// split reads a text with commas to its end.
func split(t testing.TB, text string) []record {
	t.Helper()
	return splitBy(t, text, campaign.QuoteDouble)
}

func splitBy(t testing.TB, text string, quotes campaign.Quote) []record {
	t.Helper()
	quote := byte('"')
	if quotes == campaign.QuoteSingle {
		quote = '\''
	}
	r := newCSVReader(strings.NewReader(text), ',', quote, charset{})
	var list []record
	for {
		rec, err := r.next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec)
	}
}

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     [][]string
	}{
		{"LF", "a,b\nc,d\n", [][]string{{"a", "b"}, {"c", "d"}}},
		{"CRLF", "a,b\r\nc,d\r\n", [][]string{{"a", "b"}, {"c", "d"}}},
		{"CR", "a,b\rc,d\r", [][]string{{"a", "b"}, {"c", "d"}}},
		{"mixed", "a\r\nb\nc\rd", [][]string{{"a"}, {"b"}, {"c"}, {"d"}}},
		{"no end", "a,b", [][]string{{"a", "b"}}},
		{"open end", "a,", [][]string{{"a", ""}}},
		{"blank lines count", "a\n\n\nb", [][]string{{"a"}, {""}, {""}, {"b"}}},
		{"quotes", `"a ""x""","b,c"` + "\n", [][]string{{`a "x"`, "b,c"}}},
		{"lines in quotes", "\"a\r\nb\nc\rd\",e", [][]string{{"a\r\nb\nc\rd", "e"}}},
		{"quote in the middle", `a "x",b`, [][]string{{`a "x"`, "b"}}},
		{"empty quotes", `"",""`, [][]string{{"", ""}}},
		{"ragged", "a,b\nc\nd,e,f", [][]string{{"a", "b"}, {"c"}, {"d", "e", "f"}}},
		{"quote ends the file", `a,"b"`, [][]string{{"a", "b"}}},
	} {
		got := split(t, c.in)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d records, not %d", c.name, len(got), len(c.want))
			continue
		}
		for i, rec := range got {
			if !slices.Equal(rec.cells, c.want[i]) || rec.number != i+1 || len(rec.flaws) > 0 {
				t.Errorf("%s: record %d is %q (%v), not %q", c.name, rec.number, rec.cells, rec.flaws, c.want[i])
			}
		}
	}
}

func TestFlawedRecords(t *testing.T) {
	for in, want := range map[string]string{
		"\"a \"b\" c\",d": "stands inside a quoted cell", "a\x00b,c": "NUL", "a\xff,b": "no text",
		"\"abc,\nd": "never closed", "a\uFFFD": "a letter was lost",
	} {
		got := split(t, in)
		if len(got) != 1 || len(got[0].flaws) != 1 || !strings.Contains(got[0].flaws[0].message, want) {
			t.Errorf("%q: %+v, not %q", in, got, want)
		}
	}
}

func TestEndlessRecord(t *testing.T) {
	path := write(t, "people.csv", "email,note\nana@example.org,\""+strings.Repeat("x,y\n", maxRecord/4+10))
	_, result := read(t, path)
	if len(result.Problems) == 0 || result.Problems.Errors() == 0 || !strings.Contains(result.Problems[0].Message, "longer than 4 MB") || result.Problems[0].Row != 2 {
		t.Error(result.Problems)
	}
}

func TestDelimiters(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want byte
	}{
		"comma": {"email,name\na@x.example,A\n", ','}, "semicolon": {"email;name\na@x.example;A, B, C\n", ';'},
		"tab": {"email\tname\na@x.example\tA;B\n", '\t'}, "pipe": {"email|name\na@x.example|A\n", '|'},
		"one column": {"email\na@x.example\n", ','}, "names with commas": {"name;email\n\"B, A\";a@x.example\nC, D;b@x.example\n", ';'},
		"header with a comma": {"\"name, first\";email;x\nA;a@x.example;1\n", ';'},
		"numbers":             {"email;amount;b\na@x.example;1,50;2,5\nb@x.example;2,50;3,1\n", ';'},
	} {
		if got := sniff([]byte(c.text), '"', false, false); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

// The same list in many encodings gives the same rows.
func TestEncodings(t *testing.T) {
	text := "email,name\r\nrene@example.org,René Müller\r\nzoe@example.org,Zoë\r\n"
	latin, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wide := func(e unicode.Endianness, b unicode.BOMPolicy) string {
		s, err := unicode.UTF16(e, b).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct{ name, bytes, named, want string }{
		{"utf-8", text, "", "utf-8"},
		{"mark", "\xef\xbb\xbf" + text, "", "utf-8"},
		{"mark and name", "\xef\xbb\xbf" + text, "UTF-8", "utf-8"},
		{"latin", latin, "latin1", "windows-1252"},
		{"cp1252", latin, "windows-1252", "windows-1252"},
		{"utf-16 mark", wide(unicode.LittleEndian, unicode.UseBOM), "", "utf-16le"},
		{"utf-16be mark", wide(unicode.BigEndian, unicode.UseBOM), "", "utf-16be"},
		{"utf-16 bare", wide(unicode.LittleEndian, unicode.IgnoreBOM), "", "utf-16le"},
		{"utf-16be bare", wide(unicode.BigEndian, unicode.IgnoreBOM), "", "utf-16be"},
		{"mark against name", "\xef\xbb\xbf" + text, "latin1", "utf-8"},
		{"utf-16 named", wide(unicode.LittleEndian, unicode.UseBOM), "utf-16", "utf-16le"},
	} {
		path := write(t, "people.csv", c.bytes)
		entries, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.csv", Encoding: c.named})
		if len(entries) != 2 || entries[0].Values[1] != "René Müller" || entries[1].Values[1] != "Zoë" ||
			result.Sources[0].Encoding != c.want || len(result.Problems) > 0 {
			t.Errorf("%s: %+v %v %v", c.name, entries, result.Sources, result.Problems)
		}
	}
	_, result := read(t, write(t, "people.csv", latin))
	if result.Problems.Errors() != 1 || !strings.Contains(result.Problems[0].Hint, "encoding: windows-1252") {
		t.Errorf("a file that may be anything: %v", result.Problems)
	}
}

// A letter with an accent far behind in the file is found, and cut nowhere.
func TestLateAccents(t *testing.T) {
	for pad := range 4 {
		var b strings.Builder
		b.WriteString("email,name\n" + strings.Repeat("x", pad))
		for b.Len() < 300<<10 {
			b.WriteString("ana@example.org,éé\n")
		}
		path := write(t, "people.csv", b.String())
		_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.csv", Duplicates: campaign.DuplicatesFirst})
		if result.Sources[0].Encoding != "utf-8" || result.Messages == 0 || result.Problems.Errors() > 0 {
			t.Errorf("pad %d: %v", pad, result.Sources)
		}
	}
}

// FuzzCSV: every record is an entry, none is lost, and text that encoding/csv
// takes gives the same cells.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"email,name\na@example.org,A\n", "email;x\n\"a@example.org\";\"\n\"\n", "sep=|\nemail|b\r\r\na@example.org|", "email\n\"", "\xff\xfee\x00m\x00",
		"'email','x'\n'a@example.org','O''Brien'\n", "email,'x'\r\na@example.org,'b\n", "'email'\n'a@example.org','\n",
		"email,a,a,,\nx@example.org,1,2,3,4,5\n\n,,\n", "a@example.org,b\n",
	} {
		f.Add(s)
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(filepath.Join(folder, "people.csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for mode, quote := range map[campaign.Duplicates]campaign.Quote{
			campaign.DuplicatesFirst: campaign.QuoteDouble, campaign.DuplicatesGroup: campaign.QuoteDouble, campaign.DuplicatesLast: campaign.QuoteSingle,
		} {
			entries, result := readLists(t, folder, campaign.List{File: "people.csv", Duplicates: mode, Encoding: "utf-8", Delimiter: ",", Quote: quote})
			want := dataRecords(t, text, quote)
			if len(result.Sources[0].Columns) > 0 && result.Sources[0].Rows > 0 && len(entries) != want {
				t.Fatalf("%d entries of %d records in %q, %s quotes", len(entries), want, text, quote)
			}
		}
		_, _ = read(t, filepath.Join(folder, "people.csv")) // whatever is detected
		same(t, text)
	})
}

// dataRecords counts the records below the header as the reader splits them.
func dataRecords(t *testing.T, text string, quote campaign.Quote) int {
	_, length := sepLine([]byte(strings.TrimPrefix(text, "\xef\xbb\xbf")))
	n := -1
	for _, rec := range splitBy(t, strings.TrimPrefix(text, "\xef\xbb\xbf")[length:], quote) {
		if !rec.blank() {
			n++
		}
	}
	return n
}

// same compares with encoding/csv where that has an opinion: it joins lines at
// CR, drops CR before LF in quotes, and skips blank lines.
func same(t *testing.T, text string) {
	if strings.ContainsRune(text, '\r') {
		return
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	theirs, err := r.ReadAll()
	if err != nil {
		return
	}
	var ours [][]string
	for _, rec := range split(t, text) {
		ours = append(ours, rec.cells)
	}
	empty := func(cells []string) bool { return len(cells) == 1 && cells[0] == "" }
	ours, theirs = slices.DeleteFunc(ours, empty), slices.DeleteFunc(theirs, empty)
	if !slices.EqualFunc(ours, theirs, slices.Equal) {
		t.Fatalf("%q: %q, and encoding/csv %q", text, ours, theirs)
	}
}
