package preview

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A Page is what is shown.
type Page struct {
	Campaign string
	Total    int       // messages that the campaign has
	At       time.Time // when it was made, in the zone in which it is shown
	Messages []Message
}

// Written is what was written of a message; the names are relative to the
// folder, and empty where the message cannot be made.
type Written struct {
	EML, HTML string
	Subject   string
	Size      int
}

// Index is the page's file.
const Index = "index.html"

// mark tells a preview's index page from others.
const mark = `<meta name="generator" content="Tebar preview">`

// ErrOthers says that the folder holds something else.
var ErrOthers = errors.New("the folder holds other files than a preview")

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New(Index).Parse(pageText))

// entry is a message as the page's script has it.
type entry struct {
	Row     int        `json:"row"`
	Source  string     `json:"source"`
	Address string     `json:"address"`
	Name    string     `json:"name"`
	Why     string     `json:"why"`
	Problem string     `json:"problem"`
	Subject string     `json:"subject"`
	Headers string     `json:"headers"`
	Bcc     []string   `json:"bcc"`
	HTML    string     `json:"html"`
	Text    string     `json:"text"`
	Raw     string     `json:"raw"`
	Size    int        `json:"size"`
	Files   []attached `json:"files"`
	EML     string     `json:"eml"`
}

// Write puts the messages and the index page into a folder, which is made where
// it is missing; an earlier preview there is replaced, and other files beside
// one are left alone. Errors: ErrOthers.
func Write(folder string, p Page) ([]Written, error) {
	if err := clear(folder); err != nil {
		return nil, err
	}
	shown, entries, names := make([]Written, len(p.Messages)), make([]entry, len(p.Messages)), map[string]bool{}
	for i, m := range p.Messages {
		var err error
		if entries[i], shown[i], err = describe(m, names); err != nil {
			return nil, err
		}
	}
	var page bytes.Buffer
	text, err := json.Marshal(entries) // < > & are escaped: no letter ends the script element
	if err != nil {
		return nil, err
	}
	err = pageTemplate.Execute(&page, map[string]any{
		"Campaign": p.Campaign, "Shown": len(p.Messages), "Total": p.Total, "Data": template.JS(text), //nolint:gosec // JSON of our own
		"At": p.At.Format("2 Jan 2006 15:04"), "Mark": template.HTML(mark), //nolint:gosec // a constant
	})
	if err != nil {
		return nil, fmt.Errorf("writing the index page: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, Index), page.Bytes(), 0o600); err != nil { // first: it says what is ours
		return nil, err
	}
	for i, m := range p.Messages {
		if err := put(folder, m, entries[i], shown[i]); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// put writes a message's files; none is there yet.
func put(folder string, m Message, e entry, w Written) error {
	if m.Problem != "" {
		return nil
	}
	body := e.HTML
	if body == "" {
		body = "<!doctype html>\n<meta charset=\"utf-8\">\n<pre style=\"white-space:pre-wrap\">" + html.EscapeString(e.Text) + "</pre>\n"
	}
	err := create(filepath.Join(folder, w.EML), m.Raw)
	if err == nil {
		err = create(filepath.Join(folder, w.HTML), []byte(body))
	}
	return err
}

func create(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, ErrOthers)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// describe says what the page has of a message, and how its files are called.
func describe(m Message, names map[string]bool) (entry, Written, error) {
	e := entry{Row: m.Row, Source: m.Source, Address: m.Address, Name: m.Name, Why: m.Why, Problem: m.Problem, Bcc: m.Bcc, Files: []attached{}}
	if m.Problem != "" {
		return e, Written{}, nil
	}
	c, err := read(m.Raw)
	if err != nil {
		return e, Written{}, err
	}
	name := fmt.Sprintf("row-%d", m.Row)
	for n := 2; names[name]; n++ { // of another list
		name = fmt.Sprintf("row-%d-%d", m.Row, n)
	}
	names[name] = true
	e.Subject, e.Headers, e.HTML, e.Text, e.EML, e.Size = c.Subject, c.Headers, c.HTML, c.Text, name+".eml", len(m.Raw)
	e.Raw, e.Files = string(m.Raw[:min(len(m.Raw), mostSource)]), append(e.Files, c.Files...)
	return e, Written{EML: e.EML, HTML: name + ".html", Subject: c.Subject, Size: len(m.Raw)}, nil
}

// mostSource is how much of a message's source the page shows, in bytes: what
// is longer is an attachment.
const mostSource = 256 << 10

// clear makes the folder, or takes an earlier preview out of it.
func clear(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) == 0 {
		return err
	}
	old, err := os.ReadFile(filepath.Join(folder, Index))
	if err != nil || !bytes.Contains(old, []byte(mark)) {
		return fmt.Errorf("%s: %w", folder, ErrOthers)
	}
	for _, e := range entriesOf(old) {
		for _, name := range []string{e.EML, strings.TrimSuffix(e.EML, ".eml") + ".html"} {
			if !rowFile.MatchString(name) {
				continue
			}
			if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

var (
	rowFile = regexp.MustCompile(`^row-\d+(-\d+)?\.(eml|html)$`)
	data    = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)
)

// entriesOf are the messages of an earlier index page.
func entriesOf(page []byte) (list []entry) {
	if m := data.FindSubmatch(page); m != nil {
		_ = json.Unmarshal(m[1], &list) // of a page that is not whole, nothing is known
	}
	return list
}
