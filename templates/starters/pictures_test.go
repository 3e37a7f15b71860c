package starters_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"tebar/templates/starters"
)

// The starters' pictures are drawn here: with -update they are made anew. Each
// is twice as wide as it is shown, for screens of many dots.
var pictures = map[string]image.Image{
	"newsletter/logo.png":   logo(),
	"invitation/banner.png": banner(),
}

// TestPictures: what is written is what is drawn, and small enough to go along
// with every message.
func TestPictures(t *testing.T) {
	for name, drawn := range pictures {
		starter, file := filepath.Split(name)
		if *update {
			var out bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, drawn); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join("files", name), out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue // it is embedded at the next build
		}
		data, err := fs.ReadFile(starters.Files(filepath.Clean(starter)), file)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 12<<10 {
			t.Errorf("%s has %d bytes", name, len(data))
		}
		if got, err := png.Decode(bytes.NewReader(data)); err != nil || !alike(got, drawn) {
			t.Errorf("%s is another picture (%v): go test ./templates/starters -update", name, err)
		}
	}
}

// alike takes one dot in a thousand for the same: not all processors round
// alike.
func alike(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	others := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.NRGBAModel.Convert(a.At(x, y)) != color.NRGBAModel.Convert(b.At(x, y)) {
				others++
			}
		}
	}
	return others*1000 <= a.Bounds().Dx()*a.Bounds().Dy()
}

// draw paints by a function that gives each point's place in a palette, as the
// mean of three by three points for a dot. Few colours come of that, which
// keeps the file small.
func draw(width, height int, palette []color.NRGBA, at func(x, y float64) int) image.Image {
	const fine = 3
	img, known := image.NewPaletted(image.Rect(0, 0, width, height), nil), map[color.NRGBA]uint8{}
	for i := range width * height {
		var r, g, b, a int
		for j := range fine * fine {
			x := float64(i%width) + (float64(j%fine)+.5)/fine
			y := float64(i/width) + (float64(j/fine)+.5)/fine
			c := palette[at(x, y)]
			r, g, b, a = r+int(c.R)*int(c.A), g+int(c.G)*int(c.A), b+int(c.B)*int(c.A), a+int(c.A)
		}
		whole := max(a, 1)
		mean := color.NRGBA{uint8(r / whole), uint8(g / whole), uint8(b / whole), uint8(a / (fine * fine))}
		if _, ok := known[mean]; !ok {
			known[mean] = uint8(len(known)) // more than 256 would show as a wrong picture
			img.Palette = append(img.Palette, mean)
		}
		img.SetColorIndex(i%width, i/width, known[mean])
	}
	return img
}

// logo is a leaf in a circle: where two circles overlap, with a rib.
func logo() image.Image {
	palette := []color.NRGBA{{}, {45, 120, 70, 255}, {240, 250, 235, 255}}
	return draw(112, 112, palette, func(x, y float64) int {
		along, across := (x-y)/math.Sqrt2, (x+y-112)/math.Sqrt2
		leaf := math.Hypot(along, across-30) < 48 && math.Hypot(along, across+30) < 48
		rib := math.Abs(across) < 1.8 && along < 22
		stem := math.Abs(across) < 2.4 && along > -48 && along < -30
		switch {
		case stem || leaf && !rib:
			return 2
		case math.Hypot(x-56, y-56) < 55:
			return 1
		}
		return 0
	})
}

// banner has flags on a string over hills in the sun.
func banner() image.Image {
	palette := []color.NRGBA{
		{255, 220, 165, 255},
		{255, 245, 220, 255},
		{150, 185, 120, 255},
		{95, 150, 100, 255},
		{55, 110, 85, 255},
		{120, 75, 45, 255},
		{200, 65, 40, 255},
		{35, 110, 140, 255},
		{245, 170, 50, 255},
		{250, 250, 245, 255},
	}
	return draw(1200, 360, palette, func(x, y float64) int {
		if c, ok := flags(x, y); ok {
			return c
		}
		switch {
		case y > 310+24*math.Sin(x/170+1):
			return 4
		case y > 268+34*math.Sin(x/230+3.6):
			return 3
		case y > 235+40*math.Sin(x/300+5.4):
			return 2
		case math.Hypot(x-860, y-205) < 78:
			return 1
		}
		return 0
	})
}

// flags hang from a string that goes up and down three times.
func flags(x, y float64) (int, bool) {
	const apart = 60
	rope := func(x float64) float64 {
		u := math.Mod(x, 400)/200 - 1
		return 88 - 62*u*u
	}
	if math.Abs(y-rope(x)) < 2.5 {
		return 5, true
	}
	n := math.Floor(x / apart)
	from := math.Abs(x - (n+.5)*apart)
	down := y - rope(x)
	if down > 0 && down < 50 && from < 22*(1-down/50) {
		return 6 + int(n)%4, true
	}
	return 0, false
}
