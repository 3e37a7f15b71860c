package samples_test

import (
	"bytes"
	"fmt"
	"strings"
)

// certificate draws one page, A4 landscape, in the two fonts that every
// reader of PDF has, encoded as Latin-1.
func certificate(g graduate) []byte {
	var page strings.Builder
	page.WriteString("0.18 0.42 0.17 RG 3 w 30 30 782 535 re S 1 w 40 40 762 515 re S\n0.15 0.19 0.12 rg BT\n")
	line := func(font string, size, width, y float64, text string) {
		x := 421 - width*size*float64(len([]rune(text)))/2
		fmt.Fprintf(&page, "/%s %g Tf 1 0 0 1 %.0f %g Tm (%s) Tj\n", font, size, x, y, latin1(text))
	}
	line("S", 16, 0.5, 480, "Citra Garden School")
	line("T", 42, 0.42, 405, "Certificate")
	line("S", 16, 0.48, 350, "This is to say that")
	line("T", 34, 0.46, 295, g.printed)
	line("S", 16, 0.48, 245, "has finished the course")
	line("T", 28, 0.46, 200, g.course)
	line("S", 14, 0.5, 150, fmt.Sprintf("on %s, with %.0f %%", g.day().Format("2 January 2006"), 100*g.score))
	line("S", 10, 0.5, 80, fmt.Sprintf("Certificate no. %d, member %s", g.certificate, g.member))
	page.WriteString("ET")
	return pdf(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Contents 4 0 R/Resources<</Font<</S 5 0 R/T 6 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", page.Len(), page.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Times-Italic/Encoding/WinAnsiEncoding>>",
	)
}

// latin1 is a text inside the brackets of a PDF string.
func latin1(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r > 0xff:
			panic(fmt.Sprintf("%q has a letter that the font has not", text))
		case strings.ContainsRune(`()\`, r):
			b.WriteByte('\\')
		}
		b.WriteByte(byte(r))
	}
	return b.String()
}

// pdf puts the objects, numbered from 1, the first being the catalogue, into
// a file (ISO 32000-1, section 7.5).
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var places []int
	for i, object := range objects {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
