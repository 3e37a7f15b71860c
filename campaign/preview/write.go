package preview

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Page is what is shown.
type Page struct {
	Campaign string
	Total    int // messages that the campaign has
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
// it is missing; an earlier preview there is replaced. Errors: ErrOthers.
func Write(folder string, p Page) ([]Written, error) {
	if err := clear(folder); err != nil {
		return nil, err
	}
	written, entries, names := make([]Written, len(p.Messages)), make([]entry, len(p.Messages)), map[string]bool{}
	for i, m := range p.Messages {
		var err error
		if entries[i], written[i], err = put(folder, m, names); err != nil {
			return nil, err
		}
	}
	var page bytes.Buffer
	data, err := json.Marshal(entries) // < > & are escaped: no letter ends the script element
	if err != nil {
		return nil, err
	}
	err = pageTemplate.Execute(&page, map[string]any{
		"Campaign": p.Campaign, "Shown": len(p.Messages), "Total": p.Total, "Data": template.JS(data), //nolint:gosec // JSON of our own
		"At": time.Now().Format("2 Jan 2006 15:04"), "Mark": template.HTML(mark), //nolint:gosec // a constant
	})
	if err != nil {
		return nil, fmt.Errorf("writing the index page: %w", err)
	}
	return written, os.WriteFile(filepath.Join(folder, Index), page.Bytes(), 0o600)
}

// put writes a message's files.
func put(folder string, m Message, names map[string]bool) (entry, Written, error) {
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
	w := Written{EML: e.EML, HTML: name + ".html", Subject: c.Subject, Size: len(m.Raw)}
	body := c.HTML
	if body == "" {
		body = "<!doctype html>\n<meta charset=\"utf-8\">\n<pre style=\"white-space:pre-wrap\">" + html.EscapeString(c.Text) + "</pre>\n"
	}
	err = os.WriteFile(filepath.Join(folder, w.EML), m.Raw, 0o600)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, w.HTML), []byte(body), 0o600)
	}
	return e, w, err
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
	for _, f := range files {
		name := f.Name()
		if strings.HasPrefix(name, "row-") && (strings.HasSuffix(name, ".eml") || strings.HasSuffix(name, ".html")) {
			if err := os.Remove(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
