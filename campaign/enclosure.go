package campaign

import (
	"encoding/json"
	"strings"
)

// An Enclosure is one entry of `attachments`: a file that goes with messages
// as it is, or one that is filled for each.
type Enclosure struct {
	File     string // path, a template; may hold * in its name; "" with Fill
	Fill     string // path of a template that is filled per row
	As       string // name that is shown, a template; "" = the file's own
	Optional bool   // a row whose file is not there goes without
}

// Path is the entry's path as the campaign file has it, the question mark of an
// optional one aside.
func (e Enclosure) Path() string { return e.File + e.Fill }

type enclosureJSON struct {
	File string `json:"file,omitempty"`
	Fill string `json:"fill,omitempty"`
	As   string `json:"as,omitempty"`
}

// MarshalJSON writes a path alone as text, as the campaign file does and stores
// of earlier versions have it.
func (e Enclosure) MarshalJSON() ([]byte, error) {
	if e.Optional {
		e.File += "?"
	}
	if e.Fill == "" && e.As == "" {
		return json.Marshal(e.File)
	}
	return json.Marshal(enclosureJSON{e.File, e.Fill, e.As})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Enclosure) UnmarshalJSON(data []byte) error {
	var j enclosureJSON
	target := any(&j)
	if len(data) > 0 && data[0] == '"' {
		target = &j.File
	}
	if err := json.Unmarshal(data, target); err != nil {
		return err
	}
	*e = Enclosure{File: j.File, Fill: j.Fill, As: j.As}
	e.File, e.Optional = strings.CutSuffix(j.File, "?")
	return nil
}
