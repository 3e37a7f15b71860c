package templates

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"

	"tebar/campaign"
)

// codeFunctions give the address of a picture that is drawn for the row: qr
// .ticket, barcode "code128" .ticket. What they print says what is to be drawn;
// draw puts the picture's Content-ID in its place.
var codeFunctions = map[string]any{
	"qr":      func(v any) (template.URL, error) { return codeAddress("qr", v) },
	"barcode": barcodeAddress,
}

// A symbology is a kind of code, and how it is drawn: dots of a module's width,
// of a bar's height (0: as wide), and modules of quiet around it (ISO/IEC 18004,
// section 9.1; 15417, section 4.1).
type symbology struct {
	encode             func(text string) (barcode.Barcode, error)
	dots, height, rest int
}

var symbologies = map[string]symbology{
	"qr":      {func(s string) (barcode.Barcode, error) { return qr.Encode(s, qr.M, qr.Auto) }, 8, 0, 4},
	"code128": {func(s string) (barcode.Barcode, error) { return code128.Encode(s) }, 3, 120, 10},
	"code39":  {func(s string) (barcode.Barcode, error) { return code39.Encode(s, false, false) }, 3, 120, 10},
	"ean13":   {encodeEAN(12, 13), 3, 120, 11},
	"ean8":    {encodeEAN(7, 8), 3, 120, 7},
}

// encodeEAN takes a number with or without its check digit.
func encodeEAN(short, long int) func(string) (barcode.Barcode, error) {
	return func(s string) (barcode.Barcode, error) {
		if len(s) != short && len(s) != long {
			return nil, fmt.Errorf("it takes %d or %d digits", short, long)
		}
		return ean.Encode(s)
	}
}

func barcodeAddress(kind string, v any) (template.URL, error) {
	kind = strings.ToLower(strings.ReplaceAll(kind, "-", ""))
	if _, known := symbologies[kind]; !known {
		return "", fmt.Errorf("%q is no kind of barcode; write one of %s", kind, strings.Join(slices.Sorted(maps.Keys(symbologies)), ", "))
	}
	return codeAddress(kind, v)
}

// maxCode is in bytes: a code of more is too fine for a phone's camera.
const maxCode = 1000

func codeAddress(kind string, v any) (template.URL, error) {
	text := strings.TrimSpace(fmt.Sprint(v))
	switch {
	case text == "":
		return "", fmt.Errorf("there is nothing to make a code of: the cell is empty; write {{if .code}} around the picture")
	case len(text) > maxCode:
		return "", fmt.Errorf("a code of %d bytes cannot be read by a phone; at most %d are drawn", len(text), maxCode)
	}
	if kind != "qr" { // which takes any text
		if _, err := symbologies[kind].encode(text); err != nil {
			return "", fmt.Errorf("%q cannot be drawn as %s: %w", text, kind, err)
		}
	}
	return template.URL("cid:tebar-code." + kind + "." + base64.RawURLEncoding.EncodeToString([]byte(text)) + "."), nil // #nosec: escaped
}

var drawn = regexp.MustCompile(`cid:tebar-code\.([a-z0-9]+)\.([A-Za-z0-9_-]+)\.`)

// draw gives the HTML the Content-IDs of the codes in it, and their pictures.
func draw(html, domain string) (string, []File, error) {
	var files []File
	var failed error
	html = drawn.ReplaceAllStringFunc(html, func(address string) string {
		m := drawn.FindStringSubmatch(address)
		text, err := base64.RawURLEncoding.DecodeString(m[2])
		if err != nil || !ours(m[1], string(text), address) {
			return address
		}
		f := File{Name: m[1] + ".png", Type: "image/png", ContentID: codeID(m[1], string(text), domain)}
		if slices.ContainsFunc(files, func(g File) bool { return g.ContentID == f.ContentID }) {
			return "cid:" + f.ContentID
		}
		if f.Data, err = picture(m[1], string(text)); err != nil {
			failed = fmt.Errorf("drawing %s of %q: %w", m[1], text, err)
		}
		files = append(files, f)
		return "cid:" + f.ContentID
	})
	return html, files, failed
}

// ours says that codeAddress gives this address. A cell may hold one that looks
// alike and cannot be drawn, and must not stop everybody's mail with it.
func ours(kind, text, address string) bool {
	if _, known := symbologies[kind]; !known {
		return false
	}
	made, err := codeAddress(kind, text)
	return err == nil && string(made) == address
}

func codeID(kind, text, domain string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + text))
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// picture is a PNG of two colours.
func picture(kind, text string) ([]byte, error) {
	s := symbologies[kind]
	code, err := s.encode(text)
	if err != nil {
		return nil, err
	}
	size := code.Bounds().Size()
	height := s.height
	if height == 0 {
		height = size.Y * s.dots
	}
	quiet := s.rest * s.dots
	img := image.NewPaletted(image.Rect(0, 0, size.X*s.dots+2*quiet, height+2*quiet), color.Palette{color.White, color.Black})
	for y := range height {
		for x := range size.X * s.dots {
			row := 0
			if s.height == 0 {
				row = y / s.dots
			}
			if r, _, _, _ := code.At(x/s.dots, row).RGBA(); r == 0 {
				img.SetColorIndex(x+quiet, y+quiet, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

var (
	drawsCode   = regexp.MustCompile(`(?:^|[\s(|])(?:qr|barcode)\s`)
	literalText = regexp.MustCompile(literal)
)

// unpictured are the codes of HTML that stand elsewhere than in the address of a
// picture: their own addresses would be read there.
func unpictured(src *source, text string) (found campaign.Problems) {
	segs := split(text)
	places, _ := scan(segs)
	for i, s := range segs {
		if !s.action || s.kind() != prints || !drawsCode.MatchString(literalText.ReplaceAllString(s.inner(), `""`)+" ") {
			continue
		}
		if p := places[i]; p.where == inValue && (p.attr == "src" || p.attr == "background") {
			continue
		}
		found = append(found, src.problem(campaign.Error, s.pos, "a code stands in the address of a picture alone",
			`write <img src="{{qr .code}}" alt="...">, or ![...]({{qr .code}}) in Markdown`))
	}
	return found
}

// misplaced are the codes of a template that is no HTML of the letter's.
func misplaced(src *source, codes []int) (found campaign.Problems) {
	if src.field == "body.html" || src.field == "body.markdown" {
		return nil
	}
	for _, at := range codes {
		found = append(found, src.problem(campaign.Error, at, "a code is a picture, and stands in the letter's HTML or Markdown alone",
			`write <img src="{{qr .code}}" alt="..."> there, and the text itself here: {{.code}}`))
	}
	return found
}
