package recipients

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

const (
	maxUnzipped = 256 << 20 // bytes of all parts of a workbook together
	maxInMemory = 16 << 20  // bytes of a sheet; a larger one goes through a temporary file
)

// An archive is the zip file of a workbook, by part name (ECMA-376, part 2).
type archive struct {
	zip   *zip.ReadCloser
	parts map[string]*zip.File // by lower-case name
}

// errDamaged is a workbook that is not whole. Its text goes into a message.
type errDamaged string

func (e errDamaged) Error() string { return string(e) }

// openArchive opens a workbook and reads every part once: excelize takes a
// part that breaks off, or is larger than it says, for whole.
func openArchive(name string) (*archive, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, errDamaged("the zip archive in it is not whole")
	}
	a := &archive{zip: z, parts: map[string]*zip.File{}}
	if err := a.verify(); err != nil {
		return nil, errors.Join(err, z.Close())
	}
	return a, nil
}

func (a *archive) verify() error {
	if len(a.zip.File) > maxParts {
		return errTooLarge
	}
	var total uint64
	for _, f := range a.zip.File {
		name := partName(f.Name)
		if strings.HasSuffix(name, "/") {
			continue
		}
		if _, twice := a.parts[name]; twice {
			return errDamaged("it holds the part " + shown(f.Name) + " twice")
		}
		a.parts[name] = f
		if total += f.UncompressedSize64; total > maxUnzipped {
			return errTooLarge
		}
		if err := drain(f); errors.Is(err, errTooLarge) {
			return err
		} else if err != nil {
			return errDamaged("its part " + shown(f.Name) + " cannot be read to the end")
		}
	}
	return nil
}

var errTooLarge = errors.New("the workbook is too large")

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// drain reads a part to its end, which checks its length and its checksum,
// and whether what has to be in memory of it fits there.
func drain(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	in := io.LimitReader(r, int64(f.UncompressedSize64)+1)
	if tags := tagsOf(partName(f.Name)); tags > 0 {
		err = measure(in, tags)
	}
	n, copying := io.Copy(io.Discard, in)
	if err = errors.Join(err, copying); err == nil && n > int64(f.UncompressedSize64) {
		err = zip.ErrFormat
	}
	return errors.Join(err, r.Close())
}

// decode opens a part as XML.
func (a *archive) decode(name string) (*xml.Decoder, io.Closer, error) {
	f := a.parts[partName(name)]
	if f == nil {
		return nil, nil, errDamaged("its part " + shown(name) + " is missing")
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, errDamaged("its part " + shown(name) + " cannot be read")
	}
	d := xml.NewDecoder(r)
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		enc, err := htmlindex.Get(label)
		if err != nil {
			return nil, err
		}
		return enc.NewDecoder().Reader(in), nil
	}
	return d, r, nil
}

// relationship types end alike in the transitional and the strict form.
const (
	relDocument = "/officeDocument"
	relSheet    = "/worksheet"
)

// A relation is one line of a .rels part (ECMA-376, part 2, section 6.5).
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// relations reads the .rels part of a part, the targets made part names.
func (a *archive) relations(of string) ([]relation, error) {
	dir, base := path.Split(of)
	d, c, err := a.decode(dir + "_rels/" + base + ".rels")
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	if err := d.Decode(&list); err != nil {
		return nil, errDamaged("its part " + shown(of+".rels") + " is not whole")
	}
	for i, r := range list.Relations {
		if !strings.HasPrefix(r.Target, "/") {
			r.Target = path.Join(dir, r.Target)
		}
		list.Relations[i].Target = strings.TrimPrefix(r.Target, "/")
	}
	return list.Relations, nil
}

// sheetParts gives the part of each worksheet by its relation id.
func (a *archive) sheetParts() (map[string]string, error) {
	root, err := a.relations("")
	if err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for _, r := range root {
		if !strings.HasSuffix(r.Type, relDocument) {
			continue
		}
		list, err := a.relations(r.Target)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			if strings.HasSuffix(s.Type, relSheet) {
				parts[s.ID] = s.Target
			}
		}
	}
	return parts, nil
}

// sharedStrings counts the shared strings, reading their part to its end.
func (a *archive) sharedStrings() (int, error) {
	const name = "xl/sharedStrings.xml" // where excelize looks
	if a.parts[partName(name)] == nil {
		return 0, nil
	}
	d, c, err := a.decode(name)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	n, depth := 0, 0
	for {
		token, err := d.RawToken()
		if err == io.EOF && depth == 0 {
			return n, nil
		}
		if err != nil {
			return 0, errDamaged(fmt.Sprintf("its texts break off after %d of them (%s)", n, xmlReason(err)))
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; e.Name.Local == "si" {
				n++
			}
		case xml.EndElement:
			depth--
		}
	}
}

// xmlReason is an XML error without its position.
func xmlReason(err error) string {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Msg
	}
	if err == io.EOF {
		return "unexpected end"
	}
	return err.Error()
}

func (a *archive) close() error { return a.zip.Close() }
