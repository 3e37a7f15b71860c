package store

import (
	"encoding/json"
	"slices"
	"testing"
)

// Cells are what the decoder of JSON says, or refused with it.
func FuzzDecodeCells(f *testing.F) {
	for _, text := range []string{
		`[]`, `[""]`, `["a"]`, `["a","b"]`, `["",""]`, `["a\"b","c"]`, `["a, b","c"]`, `["a" ,"b"]`, `["a"b"]`, `["a",b"]`, `["a","b]`,
		`["a","]`, `["]`, `["é","\u00e9"]`, "[\"\xff\"]", "[\"a\nb\"]", `["a"]x`, `null`, `["a",1]`, `"]["`, `["","]`, `[",","]`, ``,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want []string
		bad := json.Unmarshal([]byte(text), &want)
		got, err := decodeCells(text)
		if (err == nil) != (bad == nil) || bad == nil && !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q, %v", text, got, err, want, bad)
		}
	})
}
