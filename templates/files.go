package templates

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"tebar/campaign"
)

// A File is one that was made for a recipient: an attachment that was filled,
// or a picture of the HTML.
type File struct {
	Name      string // that is shown
	Type      string // media type, with its parameters
	ContentID string // of a picture, without <>; "" = it stands beside the letter
	Data      []byte
}

// A fileTemplate is an attachment that is filled for each row.
type fileTemplate struct {
	kind  fileKind
	named *checked
	name  *body
	body  *body
}

type fileKind int

const (
	textFile fileKind = iota
	htmlFile
	calendarFile
	cardFile
)

var fileKinds = map[string]fileKind{
	".ics": calendarFile, ".vcf": cardFile, ".txt": textFile, ".html": htmlFile, ".htm": htmlFile,
}

// FileField is the key under which problems of a letter's file stand, and the
// Origins of it.
func FileField(file string) string { return "attachments." + file }

// addFiles parses the attachments that are filled.
func (s *Set) addFiles(l campaign.Letter, spoken *language, n Names) (found campaign.Problems) {
	for _, f := range l.Files {
		t, problems := s.fileTemplate(f, spoken, n)
		found = append(found, problems...)
		if t != nil {
			s.files = append(s.files, t)
		}
	}
	return found
}

func (s *Set) fileTemplate(f campaign.LetterFile, spoken *language, n Names) (*fileTemplate, campaign.Problems) {
	t := &fileTemplate{kind: fileKinds[strings.ToLower(path.Ext(f.File))]}
	src := n.source(spoken, f.File, FileField(f.File), f.Text)
	name := spoken.source(n.Campaign, "attachments", f.Name)
	name.lines = false
	named, found := check(name, name.text, nil, false)
	masked, marks := src.text, []mark(nil)
	if t.kind == htmlFile {
		masked, marks = mask(src.text)
	}
	filled, problems := check(src, masked, marks, t.kind == htmlFile)
	if found = append(found, problems...); found.Errors() > 0 {
		return nil, found
	}
	filled.file = true
	if t.kind == calendarFile || t.kind == cardFile {
		found = append(found, indentedLines(src)...)
	}
	s.checks = append(s.checks, filled)
	s.rows = s.rows || filled.rows || named.rows
	var err error
	t.named = named
	if t.name, _, err = compileText(spoken, name.field, name.text, false); err == nil {
		t.body, err = t.compile(src, masked, marks)
	}
	if err != nil {
		return nil, campaign.Problems{src.escapeProblem(err)}
	}
	return t, found
}

func (t *fileTemplate) compile(src *source, masked string, marks []mark) (*body, error) {
	switch t.kind {
	case htmlFile:
		b, _, err := compileHTML(src.lang, src.field, masked, marks, false)
		return b, err
	case calendarFile, cardFile:
		return compileCalendar(src)
	}
	b, _, err := compileText(src.lang, src.field, src.text, false)
	return b, err
}

// render fills the file for one row.
func (t *fileTemplate) render(f *filling) (File, error) {
	name, err := t.name.fill(f)
	if err != nil {
		return File{}, err
	}
	text, err := t.body.fill(f)
	if err != nil {
		return File{}, err
	}
	out := File{Name: strings.TrimSpace(name), Type: "text/plain; charset=utf-8"}
	switch t.kind {
	case htmlFile:
		out.Type = "text/html; charset=utf-8"
	case calendarFile:
		out.Type, text = calendarType(text), foldLines(text)
	case cardFile:
		out.Type, text = "text/vcard; charset=utf-8", foldLines(text)
	}
	out.Data = []byte(text)
	return out, nil
}

var method = regexp.MustCompile(`(?m)^METHOD:([A-Za-z]{1,20})\s*$`)

// calendarType names the method too, without which mail programs show no
// invitation (RFC 6047, section 2.4).
func calendarType(text string) string {
	const kind = "text/calendar; charset=utf-8"
	if m := method.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s; method=%s", kind, strings.ToUpper(m[1]))
	}
	return kind
}
