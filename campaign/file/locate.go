package file

import (
	"bytes"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
)

// A Place is where a key's value stands in a campaign file.
type Place struct {
	Line, Column int    // 1-based; 0 where the key is not found
	Excerpt      string // the line with a caret under the value
}

// Locate finds the value of a key ("subject", "recipients.where", "cc") in a
// campaign file, for problems that are found only with the list or the letter
// at hand. What cannot be found has the zero Place.
func Locate(path, key string) Place {
	text, err := os.ReadFile(path)
	if err != nil {
		return Place{}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for _, try := range []string{"$." + key, "$." + strings.Replace(key, "recipients.", "recipients[0].", 1)} {
		if place := locate(text, try); place.Line > 0 {
			return place
		}
	}
	return Place{}
}

func locate(text []byte, path string) Place {
	p, err := yaml.PathString(path)
	if err != nil {
		return Place{}
	}
	node, err := p.ReadNode(bytes.NewReader(text))
	if err != nil || node == nil || node.GetToken() == nil {
		return Place{}
	}
	at := node.GetToken().Position
	src := &source{lines: splitLines(string(text))}
	if at.Line < 1 || at.Line > len(src.lines) {
		return Place{}
	}
	return Place{at.Line, at.Column, strings.TrimSuffix(src.excerpt(at.Line, at.Column), "\n")}
}
