package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"tebar/campaign"
)

// writeJSON writes one object, the campaign and each recipient on a line.
func writeJSON(w io.Writer, h Head, zone *time.Location, rows iter.Seq2[campaign.Delivery, error]) error {
	out := bufio.NewWriterSize(w, 64<<10)
	e := newEncoder()
	about, err := e.value(headJSON(h, zone))
	if err != nil {
		return fmt.Errorf("writing the versions: %w", err)
	}
	fmt.Fprintf(out, "{\"campaign\":%s,\n\"recipients\":[", about)
	comma := ""
	for d, err := range rows {
		if err != nil {
			return fmt.Errorf("reading deliveries: %w", err)
		}
		out.WriteString(comma + "\n")
		if _, err := out.Write(e.recipient(d, zone)); err != nil {
			return err
		}
		comma = ","
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}

type head struct {
	Name        string             `json:"name"`
	From        string             `json:"from"`
	Timezone    string             `json:"timezone"`
	GeneratedAt string             `json:"generated_at"`
	Versions    []campaign.Version `json:"versions"`
}

func headJSON(h Head, zone *time.Location) head {
	versions := make([]campaign.Version, 0, len(h.Versions))
	for _, v := range h.Versions {
		v.At = v.At.In(zone).Truncate(time.Second)
		versions = append(versions, v)
	}
	return head{h.Name, h.From, zone.String(), stamp(h.GeneratedAt, zone), versions}
}

// An encoder makes JSON text without HTML escapes. The slices that it gives
// are good until the next call.
type encoder struct {
	line, buf bytes.Buffer
	json      *json.Encoder
}

func newEncoder() *encoder {
	e := &encoder{}
	e.json = json.NewEncoder(&e.buf)
	e.json.SetEscapeHTML(false)
	return e
}

func (e *encoder) value(v any) ([]byte, error) {
	e.buf.Reset()
	err := e.json.Encode(v)
	return bytes.TrimRight(e.buf.Bytes(), "\n"), err
}

// text encodes a string, which cannot fail; what is not UTF-8 in it becomes
// U+FFFD.
func (e *encoder) text(s string) []byte {
	quoted, _ := e.value(s)
	return quoted
}

func (e *encoder) recipient(d campaign.Delivery, zone *time.Location) []byte {
	e.line.Reset()
	for _, c := range columns {
		e.key(c.key)
		e.cell(c, c.value(d, zone))
	}
	e.key("fields")
	e.fields(d.Row)
	e.line.WriteByte('}')
	return e.line.Bytes()
}

// key writes a comma or the opening brace, and the key.
func (e *encoder) key(name string) {
	if e.line.Len() == 0 {
		e.line.WriteByte('{')
	} else {
		e.line.WriteByte(',')
	}
	e.line.Write(e.text(name))
	e.line.WriteByte(':')
}

func (e *encoder) cell(c column, value string) {
	switch {
	case c.kind == number && value == "":
		e.line.WriteByte('0')
	case c.kind == number:
		e.line.WriteString(value)
	case c.kind == moment && value == "":
		e.line.WriteString("null")
	default:
		e.line.Write(e.text(value))
	}
}

// fields is the row as the list has it, in the list's order.
func (e *encoder) fields(r campaign.Row) {
	e.line.WriteByte('{')
	for i, name := range r.Columns {
		if i >= len(r.Values) {
			break
		}
		if i > 0 {
			e.line.WriteByte(',')
		}
		e.line.Write(e.text(name))
		e.line.WriteByte(':')
		e.line.Write(e.text(r.Values[i]))
	}
	e.line.WriteByte('}')
}
