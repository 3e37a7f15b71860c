//go:build unix

package proof

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// A book is a workbook that the test writes part by part, without ever having
// it in memory: a large process would be counted for a large tebar.
type book struct {
	t     *testing.T
	zip   *zip.Writer
	parts map[string]bool
}

const (
	spreadsheet   = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	relationships = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packaged      = `http://schemas.openxmlformats.org/package/2006/`
	xmlHead       = `<?xml version="1.0" encoding="UTF-8"?>`
)

// frame are the parts that make a zip file a workbook.
var frame = map[string]string{
	"[Content_Types].xml": xmlHead + `<Types xmlns="` + packaged + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
	"_rels/.rels":                xmlHead + `<Relationships xmlns="` + packaged + `relationships"><Relationship Id="rId1" Type="` + relationships + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	"xl/workbook.xml":            xmlHead + `<workbook xmlns="` + spreadsheet + `" xmlns:r="` + relationships + `"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`,
	"xl/_rels/workbook.xml.rels": xmlHead + `<Relationships xmlns="` + packaged + `relationships"><Relationship Id="rId1" Type="` + relationships + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + relationships + `/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="` + relationships + `/styles" Target="styles.xml"/></Relationships>`,
}

// add writes a part: a beginning, something n times, an end.
func (b *book) add(name, begin, again string, n int, end string) {
	b.t.Helper()
	w, err := b.zip.Create(name)
	if err != nil {
		b.t.Fatal(err)
	}
	b.parts[name] = true
	chunk := max(1, min(n, 64<<10/max(1, len(again))))
	block := strings.Repeat(again, chunk)
	_, err = io.WriteString(w, begin)
	for ; n > 0 && err == nil; n -= chunk {
		_, err = io.WriteString(w, block[:min(n, chunk)*len(again)])
	}
	if err == nil {
		_, err = io.WriteString(w, end)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// workbook writes a list: what fill adds, and of the frame what is missing.
func (m *machine) workbook(fill func(*book)) {
	m.t.Helper()
	f, err := os.Create(filepath.Join(m.dir, "people.xlsx"))
	if err != nil {
		m.t.Fatal(err)
	}
	defer f.Close()
	b := &book{t: m.t, zip: zip.NewWriter(f), parts: map[string]bool{}}
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	fill(b)
	for name, text := range frame {
		if !b.parts[name] {
			b.add(name, text, "", 0, "")
		}
	}
	if !b.parts["xl/worksheets/sheet1.xml"] {
		b.sheet("", 0, "")
	}
	if err := b.zip.Close(); err != nil {
		m.t.Fatal(err)
	}
	m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), "people.csv", "people.xlsx", 1))
}

const (
	sheetHead = xmlHead + `<worksheet xmlns="` + spreadsheet + `"><sheetData>`
	sheetEnd  = `</sheetData></worksheet>`
	headings  = `<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>`
	oneRow    = `<row r="2"><c r="A2" t="inlineStr"><is><t>person1@example.org</t></is></c><c r="B2" t="inlineStr"><is><t>Ann</t></is></c></row>`
)

// sheet has the headings, one person, and something n times.
func (b *book) sheet(again string, n int, end string) {
	b.t.Helper()
	b.add("xl/worksheets/sheet1.xml", sheetHead+headings+oneRow, again, n, end+sheetEnd)
}

// named gives person 1 a name of so many bytes.
func (b *book) named(begin, again string, n int, end string) {
	b.t.Helper()
	name, rest, _ := strings.Cut(oneRow, "Ann")
	b.add("xl/worksheets/sheet1.xml", sheetHead+headings+name+begin, again, n, end+rest+sheetEnd)
}

// A sheetBomb is a small workbook that stands for much.
type sheetBomb struct {
	name  string
	fill  func(*book)
	words string // of the refusal; "" = it is harmless, and person 1 gets a letter
}

const mb = 1 << 20

var sheetBombs = []sheetBomb{
	{name: "sound", fill: func(*book) {}},
	{name: "blanks", fill: func(b *book) { b.sheet(" ", 300*mb, "") }, words: "over 256 MB"},
	{name: "blanks within bounds", fill: func(b *book) { b.sheet(" ", 30*mb, "") }, words: "too large"},
	{name: "a part of zeroes", fill: func(b *book) { b.add("xl/media/image1.png", "", "\x00", 300*mb, "") }, words: "over 256 MB"},
	{name: "ten parts", fill: func(b *book) {
		for i := range 10 {
			b.add(fmt.Sprintf("xl/media/image%d.png", i), "", "\x00", 30*mb, "")
		}
	}, words: "over 256 MB"},
	{name: "many parts", fill: func(b *book) {
		for i := range 10_001 {
			b.add(fmt.Sprintf("xl/media/%d.png", i), "x", "", 0, "")
		}
	}, words: "too large"},
	{name: "a long name", fill: func(b *book) { b.named("", "x", 30*mb, "") }, words: "too large"},
	{name: "a comment without end", fill: func(b *book) { b.named("<!--", "x", 30*mb, "-->") }, words: "too large"},
	{name: "an attribute without end", fill: func(b *book) { b.sheet("", 0, `<x y="`+strings.Repeat("z", 4*mb)+`"/>`) }, words: "too large"},
	{name: "many rows", fill: func(b *book) { b.sheet("<row/>", 100_000, "") }},
	{name: "many cells", fill: func(b *book) { b.sheet("", 0, `<row r="3">`+strings.Repeat("<c/>", 100_000)+"</row>") }, words: "more than 16384 cells"},
	{name: "deep", fill: func(b *book) { b.sheet("<x>", 200_000, "") }, words: "too large"},
	{name: "texts", fill: func(b *book) {
		b.add("xl/sharedStrings.xml", xmlHead+`<sst xmlns="`+spreadsheet+`">`, "<si><t>x</t></si>", 4_000_000, "</sst>")
	}},
	{name: "a long text", fill: func(b *book) {
		b.add("xl/sharedStrings.xml", xmlHead+`<sst xmlns="`+spreadsheet+`"><si><t>`, "x", 30*mb, "</t></si></sst>")
	}, words: "too large"},
	{name: "styles", fill: func(b *book) {
		b.add("xl/styles.xml", xmlHead+`<styleSheet xmlns="`+spreadsheet+`"><cellXfs>`, "<xf/>", 2_000_000, "</cellXfs></styleSheet>")
	}, words: "too large"},
	{name: "sheets", fill: func(b *book) {
		b.add("xl/workbook.xml", xmlHead+`<workbook xmlns="`+spreadsheet+`" xmlns:r="`+relationships+`"><sheets><sheet name="People" sheetId="1" r:id="rId1"/>`, "<sheet/>", 2_000_000, "</sheets></workbook>")
	}, words: "too large"},
	{name: "relations", fill: func(b *book) {
		head, end, _ := strings.Cut(frame["xl/_rels/workbook.xml.rels"], "</Relationships>")
		b.add("xl/_rels/workbook.xml.rels", head, "<Relationship/>", 2_000_000, "</Relationships>"+end)
	}, words: "too large"},
	{name: "kinds of content", fill: func(b *book) {
		head, end, _ := strings.Cut(frame["[Content_Types].xml"], "</Types>")
		b.add("[Content_Types].xml", head, "<Override/>", 2_000_000, "</Types>"+end)
	}, words: "too large"},
	{name: "the last cell", fill: func(b *book) {
		b.sheet("", 0, `<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>`)
	}},
	{name: "wide rows", fill: func(b *book) {
		var rows strings.Builder
		for i := 3; i < 500; i++ {
			fmt.Fprintf(&rows, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i, i)
		}
		b.sheet("", 0, rows.String())
	}},
	{name: "beyond the last cell", fill: func(b *book) { b.sheet("", 0, `<row r="1048577"><c r="XFE1048577"/></row>`) }, words: "damaged"},
	{name: "a wide heading", fill: func(b *book) {
		b.add("xl/worksheets/sheet1.xml", sheetHead+strings.Replace(headings, "</row>", `<c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>`, 1)+oneRow, "", 0, sheetEnd)
	}, words: "columns"},
	{name: "zip in zip", fill: func(b *book) { b.add("people.xlsx", "PK\x03\x04", "\x00", 10*mb, "") }},
	{name: "a name that leads out", fill: func(b *book) { b.add("../../outside.csv", kept, "", 0, "") }},
}

// TestSheetBombs: workbooks that are small as files.
func TestSheetBombs(t *testing.T) {
	c := &costs{}
	server := serve(t, sandbox.Options{})
	refused, harmless := 0, 0
	for _, b := range sheetBombs {
		t.Run(b.name, func(t *testing.T) {
			m := machineIn(t, inMemory(t), server.Port(), 1, "")
			m.workbook(b.fill)
			if b.words != "" {
				c.refused(m, server, b.words)
				refused++
				return
			}
			before := server.Count()
			if r := c.run(m, "run", m.file, "--yes"); r.code != 0 || server.Count() != before+1 {
				t.Errorf("%d sent, %s", server.Count()-before, r.short())
			}
			harmless++
		})
	}
	c.figures(t, "workbook bombs", "%d refused with a message, %d harmless and sent", refused, harmless)
}
