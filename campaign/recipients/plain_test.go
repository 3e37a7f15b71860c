package recipients

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// sheetRecords are all rows of a sheet: by the plain reader, or by excelize
// and encoding/xml. plain says whether the first could read it.
func sheetRecords(t *testing.T, path, sheet, within string, plainly bool) (list []record, plain bool, err error) {
	t.Helper()
	a, err := openArchive(path, [32]byte{})
	verified.Clear()
	if err != nil {
		return nil, false, err
	}
	if !plainly {
		a.plain, a.texts = map[string]bool{}, nil
	}
	book, err := a.book(path)
	if err != nil {
		return nil, false, errors.Join(err, a.close())
	}
	r := &sheetRows{book: book, archive: a, display: newDisplay(book)}
	defer r.close()
	tb := &table{file: &file{name: filepath.Base(path)}}
	at, err := tb.pick(r, campaign.List{Sheet: sheet, Range: within})
	if err != nil {
		return nil, false, err
	}
	var in rows = r
	if at != nil {
		in = areaRows{r, *at}
	}
	for {
		rec, err := in.next()
		if err == io.EOF {
			return list, r.rows == nil, nil
		}
		if err != nil {
			return list, r.rows == nil, err
		}
		list = append(list, rec)
	}
}

// sameSheets holds the plain reading of every sheet against the other one, and gives
// how many were plain.
func sameSheets(t *testing.T, path string) (plain int) {
	t.Helper()
	a, err := openArchive(path, [32]byte{})
	verified.Clear()
	if err != nil {
		return 0
	}
	defer a.close()
	book, err := excelize.OpenFile(path)
	if err != nil {
		return 0
	}
	defer book.Close()
	for _, sheet := range book.GetSheetList() {
		if samePart(t, path, sheet, "") {
			plain++
			samePart(t, path, sheet, "B2:C")
			samePart(t, path, sheet, "A1:AZ3")
		}
	}
	return plain
}

// samePart holds the two readings of a sheet, or of a range of it, against
// each other. It says whether the sheet is plain.
func samePart(t *testing.T, path, sheet, within string) bool {
	t.Helper()
	got, is, err := sheetRecords(t, path, sheet, within, true)
	if !is {
		return false
	}
	want, _, wantErr := sheetRecords(t, path, sheet, within, false)
	if err != nil || wantErr != nil {
		t.Errorf("%s, %s, %s: %v; the other: %v", path, sheet, within, err, wantErr)
		return true
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(record{}, flaw{})); diff != "" {
		t.Errorf("%s, %s, %s (-excelize +plain):\n%s", path, sheet, within, diff)
	}
	return true
}

// Every sheet of the corpus that is read plainly gives what excelize gives.
func TestPlainCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora(t, "xlsx"), "*.xls[xm]"))
	own, _ := filepath.Glob(filepath.Join("testdata", "*", "*.xlsx"))
	plain := 0
	for _, path := range append(files, own...) {
		plain += sameSheets(t, path)
	}
	t.Logf("%d sheets of %d workbooks are plain", plain, len(files)+len(own))
	if plain < 10 {
		t.Errorf("%d sheets of %d workbooks are plain", plain, len(files)+len(own))
	}
}

// emptyBook is a workbook whose second style is a date.
var emptyBook = sync.OnceValues(func() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if _, err := f.NewStyle(&excelize.Style{NumFmt: 14}); err != nil {
		return nil, err
	}
	text, err := f.WriteToBuffer()
	return text.Bytes(), err
})

// zipped makes a workbook of a sheet's XML and the shared strings'.
func zipped(t testing.TB, sheet, texts string) string {
	t.Helper()
	base, err := emptyBook()
	if err != nil {
		t.Fatal(err)
	}
	in, err := zip.NewReader(bytes.NewReader(base), int64(len(base)))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "book.xlsx")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	for _, p := range in.File {
		if p.Name != "xl/worksheets/sheet1.xml" && p.Name != stringsPart {
			if err := w.Copy(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range map[string]string{"xl/worksheets/sheet1.xml": sheet, stringsPart: texts} {
		part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	sheetHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" +
		`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>`
	sheetTail = `</sheetData><pageMargins left="0.7"/></worksheet>`
	textsHead = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2">`
)

// plainRows are sheets, and whether they are plain.
var plainRows = []struct {
	name, rows, texts string
	plain             bool
}{
	{"numbers and texts", `<row r="1" spans="1:3"><c r="A1"><v>1.5</v></c><c r="C1" t="s"><v>1</v></c></row><row r="4" hidden="1"><c r="B4" s="1"><v>46000</v></c></row>`, `<si><t>a</t></si><si><t xml:space="preserve"> b </t></si>`, true},
	{"inline", `<row r="2"><c r="A2" t="inlineStr"><is><t>Grüße &amp; &#x41;&#10;</t></is></c><c r="B2" t="inlineStr"><is><r><rPr><b/><sz val="11"/></rPr><t>x</t></r><r><t>y</t></r></is></c></row>`, ``, true},
	{"rich text", `<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, `<si><r><t>one </t></r><r><rPr><b/></rPr><t>two</t></r></si>`, true},
	{"formulas, booleans, errors", `<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f t="shared" si="0"/><v> x </v></c><c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><v>#N/A</v></c><c r="E1"><f>A1</f></c></row>`, ``, true},
	{"blanks between", "\n<row r=\"1\">\n <c r=\"A1\"/>\n <c r=\"B1\"><v>1</v></c>\n</row>\n", ``, true},
	{"line ends", "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a\r\nb\rc</t></is></c></row>", ``, true},
	{"empty rows", `<row r="1"/><row r="3"></row>`, ``, true},
	{"escapes of Excel", `<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, `<si><t>a_x000D_b</t></si>`, false},
	{"underscores", `<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, `<si><t>max_x and_xylo</t></si>`, true},
	{"comment", `<row r="1"><!-- x --><c r="A1"><v>1</v></c></row>`, ``, false},
	{"CDATA", `<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[x]]></t></is></c></row>`, ``, false},
	{"single quotes", `<row r='1'><c r='A1'><v>1</v></c></row>`, ``, false},
	{"prefix", `<x:row r="1"><c r="A1"><v>1</v></c></x:row>`, ``, false},
	{"prefixed attribute", `<row r="1" x:r="2"><c r="A1"><v>1</v></c></row>`, ``, false},
	{"no names", `<row><c><v>1</v></c></row>`, ``, false},
	{"another row's cell", `<row r="1"><c r="A7"><v>1</v></c></row>`, ``, false},
	{"back to front", `<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`, ``, false},
	{"two values", `<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>`, ``, false},
	{"no such text", `<row r="1"><c r="A1" t="s"><v>7</v></c></row>`, ``, false},
	{"phonetic", `<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, `<si><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></si>`, false},
	{"ISO date", `<row r="1"><c r="A1" t="d"><v>2027-03-01</v></c></row>`, ``, false},
	{"breaks off", `<row r="1"><c r="A1"><v>1</v></c>`, ``, false},
	{"control character", "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a\x01</t></is></c></row>", ``, false},
	{"no UTF-8", "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a\xff</t></is></c></row>", ``, false},
	{"unknown reference", `<row r="1"><c r="A1" t="inlineStr"><is><t>&nbsp;</t></is></c></row>`, ``, false},
	{"end of CDATA", `<row r="1"><c r="A1" t="inlineStr"><is><t>a]]&gt;b]]></t></is></c></row>`, ``, false},
}

func TestPlainSheets(t *testing.T) {
	for _, c := range plainRows {
		t.Run(c.name, func(t *testing.T) {
			path := zipped(t, sheetHead+c.rows+sheetTail, textsHead+c.texts+"</sst>")
			if plain := sameSheets(t, path) == 1; plain != c.plain {
				t.Errorf("plain: %v", plain)
			}
		})
	}
}

// Whatever stands in a sheet: what the plain reader takes, the others read so.
func FuzzPlainSheet(f *testing.F) {
	for _, c := range plainRows {
		f.Add(c.rows, c.texts)
	}
	f.Fuzz(func(t *testing.T, rows, texts string) {
		sameSheets(t, zipped(t, sheetHead+rows+sheetTail, textsHead+texts+"</sst>"))
	})
}

// A part with more texts than one piece holds gives each of them.
func TestPlainTexts(t *testing.T) {
	var texts plainTexts
	var want []string
	for i := range 3000 {
		text := bytes.Repeat([]byte{byte('a' + i%26)}, i%700)
		want = append(want, string(text))
		if err := texts.add(text); err != nil {
			t.Fatal(err)
		}
	}
	for i := range want {
		if got, ok := texts.get(i); !ok || string(got) != want[i] {
			t.Fatalf("text %d is %q", i, got)
		}
	}
	if _, ok := texts.get(len(want)); ok || len(texts.pieces) < 3 {
		t.Error(len(texts.pieces))
	}
	if err := texts.add(make([]byte, plainPiece+1)); !errors.Is(err, errUnusual) {
		t.Error(err)
	}
}
