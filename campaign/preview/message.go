package preview

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// A Message is one row's mail.
type Message struct {
	Row     int    // as a spreadsheet numbers it
	Source  string // the list's file, as the campaign names it
	Address string
	Name    string
	Why     string   // it was chosen, in words; "" where it is just one of the first
	Bcc     []string // they stand in no header
	Raw     []byte   // headers and body with CRLF line ends; nil where there is a Problem
	Problem string   // why it cannot be made
}

// content is what a reader finds in a message.
type content struct {
	Subject string
	Headers string // decoded, a line for each field
	HTML    string
	Text    string
	Files   []attached

	pictures []string // old and new: the addresses of the HTML's own, and what they are
}

// attached is an attachment.
type attached struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Size int    `json:"size"` // bytes, decoded
}

// read takes a message apart as a mail program does (RFC 2045 to 2049).
func read(raw []byte) (c content, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return c, fmt.Errorf("reading the message back: %w", err)
	}
	c.Subject = decoded(m.Header.Get("Subject"))
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	c.Headers = unfolded(string(head))
	if err := c.part(m.Header.Get, m.Body); err != nil {
		return c, fmt.Errorf("reading the message back: %w", err)
	}
	c.HTML = strings.NewReplacer(c.pictures...).Replace(c.HTML)
	return c, nil
}

// part takes a part, and those in it.
func (c *content) part(header func(string) string, body io.Reader) error {
	kind, parameters, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		return c.parts(multipart.NewReader(body, parameters["boundary"]))
	}
	data, err := io.ReadAll(plain(header("Content-Transfer-Encoding"), body))
	if err != nil {
		return err
	}
	disposition, about, _ := mime.ParseMediaType(header("Content-Disposition"))
	switch id := strings.Trim(header("Content-Id"), "<> "); {
	case disposition == "inline" && id != "":
		c.pictures = append(c.pictures, "cid:"+id, "data:"+kind+";base64,"+base64.StdEncoding.EncodeToString(data))
	case disposition == "attachment":
		c.Files = append(c.Files, attached{about["filename"], kind, len(data)})
	case kind == "text/html":
		c.HTML = string(data)
	default:
		c.Text = string(data)
	}
	return nil
}

func (c *content) parts(r *multipart.Reader) error {
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = c.part(p.Header.Get, p)
		}
		if err != nil {
			return err
		}
	}
}

// plain undoes a transfer encoding (RFC 2045, section 6).
func plain(encoding string, r io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	}
	return r
}

// unfolded has one line for each field (RFC 5322, section 2.2.3), its encoded
// words read.
func unfolded(head string) string {
	var lines []string
	for _, line := range strings.Split(head, "\r\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			lines[len(lines)-1] += line
			continue
		}
		lines = append(lines, line)
	}
	for i, line := range lines {
		lines[i] = decoded(line)
	}
	return strings.Join(lines, "\n")
}

// decoded reads encoded words (RFC 2047).
func decoded(text string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(text); err == nil {
		return plain
	}
	return text
}
