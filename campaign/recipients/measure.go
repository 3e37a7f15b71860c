package recipients

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// What the XML readers hold in memory at once: one tag, text or comment, and
// of some parts all that their tags stand for, 100 bytes and more each.
const (
	maxSection = 1 << 20    // bytes; a cell of Excel has at most 32,767 characters
	maxTags    = 500_000    // of a part that is read whole: 65,000 styles have 200,000
	maxTexts   = 12_000_000 // of the shared strings: four for a text
	maxSheet   = 1 << 30    // of a sheet, which is read row by row
	maxNesting = 10_000     // tags that are open
	maxParts   = 10_000     // of a workbook
)

// tagsOf is how many tags a part may have; 0 for a part that nobody reads.
func tagsOf(part string) int {
	switch {
	case part == "xl/sharedstrings.xml":
		return maxTexts
	case strings.HasPrefix(part, "xl/worksheets/") && strings.HasSuffix(part, ".xml"):
		return maxSheet
	case part == "[content_types].xml", strings.HasSuffix(part, ".rels"), strings.HasPrefix(part, "xl/") && strings.HasSuffix(part, ".xml"):
		return maxTags
	}
	return 0
}

// measure reads XML to its end, or to where it has more tags than most, or a
// longer section than a reader should hold.
func measure(r io.Reader, most int) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxSection)
	s.Split(splitXML)
	tags, open := 0, 0
	for s.Scan() {
		if b := s.Bytes(); len(b) > 1 && b[0] == '<' {
			tags++
			open = max(0, open+opens(b))
		}
		if tags > most || open > maxNesting {
			return errTooLarge
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return errTooLarge
	}
	return s.Err()
}

// opens is what a tag adds to those that are open.
func opens(tag []byte) int {
	switch {
	case tag[1] == '/':
		return -1
	case tag[1] == '!' || tag[1] == '?' || bytes.HasSuffix(tag, []byte("/>")):
		return 0
	}
	return 1
}

// ends of what begins with a sign of XML (XML 1.0, sections 2.5 to 2.8),
// longest first.
var ends = []struct{ begin, end string }{{"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}, {"<", ">"}}

// splitXML splits XML into tags, comments and texts.
func splitXML(data []byte, atEOF bool) (int, []byte, error) {
	if len(data) == 0 {
		return 0, nil, nil
	}
	if len(data) < len(ends[0].begin) && data[0] == '<' && !atEOF {
		return 0, nil, nil
	}
	end := "<"
	for _, e := range ends {
		if bytes.HasPrefix(data, []byte(e.begin)) {
			end = e.end
			break
		}
	}
	n := bytes.Index(data, []byte(end))
	switch {
	case n >= 0 && end != "<":
		return n + len(end), data[:n+len(end)], nil
	case n >= 0:
		return n, data[:n], nil
	case atEOF:
		return len(data), data, nil
	}
	return 0, nil, nil
}
