package recipients

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"

	"tebar/campaign"
)

// sureEnough is the confidence below which a guess is not taken: chardet
// called a German cp1252 sample Windows-1254 at 0.51.
const sureEnough = 0.8

// A charset is how a file's bytes become text.
type charset struct {
	name    string
	decoder encoding.Encoding // nil for UTF-8
	skip    int               // bytes of the byte order mark
	valid   bool              // known to be valid UTF-8: records need no check
	guessed string            // how sure a guess is, in words; "" where it is none
}

// byteOrderMarks, longest first (Unicode 15, section 23.8).
var byteOrderMarks = []struct {
	mark string
	set  charset
}{
	{"\xEF\xBB\xBF", charset{name: "utf-8"}},
	{"\xFF\xFE", charset{name: "utf-16le", decoder: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)}},
	{"\xFE\xFF", charset{name: "utf-16be", decoder: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)}},
}

// charsetOf settles the encoding: the one that is named, else the byte order
// mark, else valid UTF-8, else a guess that is sure enough. Its errors are
// campaign.Problem.
func charsetOf(file, named string, s *survey) (charset, error) {
	marked := charset{}
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(s.head, []byte(m.mark)) {
			marked, marked.skip = m.set, len(m.mark)
			break
		}
	}
	marked.valid = marked.name == "utf-8" && s.utf8
	switch {
	case named != "":
		return namedCharset(file, named, marked, s)
	case marked.name != "":
		return marked, nil
	case s.utf8 && !s.wide():
		return charset{name: "utf-8", valid: true}, nil
	}
	return guess(file, s)
}

// namedCharset takes WHATWG labels first (latin1 is windows-1252 there, as in
// every browser), then IANA names.
func namedCharset(file, name string, marked charset, s *survey) (charset, error) {
	enc, err := htmlindex.Get(name)
	if err != nil {
		if enc, err = ianaindex.IANA.Encoding(name); err != nil || enc == nil {
			return charset{}, fileProblem(file, "the encoding "+shown(name)+" is not known",
				"use a name like utf-8, windows-1252, iso-8859-2, shift_jis or gb18030")
		}
	}
	canonical, err := htmlindex.Name(enc)
	if err != nil {
		canonical = strings.ToLower(name)
	}
	if canonical == "replacement" {
		return charset{}, fileProblem(file, "the encoding "+shown(name)+" cannot be read", "save the list as CSV UTF-8")
	}
	if marked.name != "" {
		return marked, nil // the mark is stronger (WHATWG Encoding, section 6)
	}
	if canonical == "utf-8" {
		return charset{name: canonical, valid: s.utf8}, nil
	}
	return charset{name: canonical, decoder: enc}, nil
}

// guess asks the detector.
func guess(file string, s *survey) (charset, error) {
	if s.wide() {
		return guessWide(file, s)
	}
	sample := s.high
	if len(s.head) < sampleSize {
		sample = s.head
	}
	found := chardet.Detect(sample)
	if found.Confidence >= sureEnough {
		name := found.Encoding
		if enc, err := htmlindex.Get(name); err == nil {
			canonical, _ := htmlindex.Name(enc)
			if canonical == "utf-8" {
				return charset{name: canonical}, nil
			}
			return charset{name: canonical, decoder: enc, guessed: fmt.Sprintf("%.0f %%", found.Confidence*100)}, nil
		}
	}
	return charset{}, unsure(file, found)
}

// guessWide tells UTF-16 by where its NUL bytes stand: in text that is mostly
// ASCII they are the high halves.
func guessWide(file string, s *survey) (charset, error) {
	even, odd := s.nul[0], s.nul[1]
	switch {
	case s.size%2 == 0 && odd > 10*even:
		return charset{name: "utf-16le", decoder: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)}, nil
	case s.size%2 == 0 && even > 10*odd:
		return charset{name: "utf-16be", decoder: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)}, nil
	}
	return charset{}, fileProblem(file, "holds so many NUL bytes that it is no text list",
		"save the list as CSV UTF-8, or as .xlsx, and name that file")
}

// unsure asks for the encoding, and names the guess that was too weak.
func unsure(file string, found chardet.Result) error {
	message := "its encoding cannot be told: it is not UTF-8"
	example := "windows-1252"
	if enc, err := htmlindex.Get(found.Encoding); err == nil {
		example, _ = htmlindex.Name(enc)
		message += fmt.Sprintf(", and %s is only a guess (%.0f %%)", example, found.Confidence*100)
	}
	return fileProblem(file, message, fmt.Sprintf(
		"write `encoding: %s` under recipients if that is right (windows-1252 is Western Europe), or save the list as CSV UTF-8", example))
}

// doubt is the warning that goes with a guess.
func (c charset) doubt(file string) campaign.Problem {
	return campaign.Problem{
		Severity: campaign.Warning, File: file,
		Message: fmt.Sprintf("it is not UTF-8; %s is a guess (%s)", c.name, c.guessed),
		Hint:    fmt.Sprintf("look at names with accents in the preview; if they are right, write `encoding: %s` under recipients", c.name),
	}
}

// reader gives the text of a file from its first character on.
func (c charset) reader(r io.Reader) (io.Reader, error) {
	if _, err := io.CopyN(io.Discard, r, int64(c.skip)); err != nil {
		return nil, err
	}
	if c.decoder == nil {
		return r, nil
	}
	return c.decoder.NewDecoder().Reader(r), nil
}
