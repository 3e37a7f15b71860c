package recipients

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"golang.org/x/text/encoding/htmlindex"
)

const (
	maxUnzipped = 256 << 20 // bytes of all parts of a workbook together, plain ones aside
	maxPlain    = 2 << 30   // bytes of all parts: plain ones are never in memory as a whole
	maxInMemory = 16 << 20  // bytes of a sheet; a larger one goes through a temporary file
)

// An archive is the zip file of a workbook, by part name (ECMA-376, part 2).
type archive struct {
	zip   *zip.Reader
	file  io.Closer            // nil of a decrypted workbook
	text  []byte               // of a decrypted workbook, all of it
	parts map[string]*zip.File // by lower-case name
	texts *plainTexts          // nil where the shared strings are not plain
	plain map[string]bool      // the sheets that are
}

// errDamaged is a workbook that is not whole. Its text goes into a message.
type errDamaged string

func (e errDamaged) Error() string { return string(e) }

// openArchive opens a workbook and reads every part once: excelize takes a
// part that breaks off, or is larger than it says, for whole. sum is the
// digest of the file: what was read once need not be read again.
func openArchive(name string, sum [sha256.Size]byte) (*archive, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, errDamaged("the zip archive in it is not whole")
	}
	a := &archive{zip: &z.Reader, file: z}
	if err := a.read(sum); err != nil {
		return nil, errors.Join(err, z.Close())
	}
	return a, nil
}

// unlockedArchive is openArchive of a workbook that was decrypted; sum is that
// of the file.
func unlockedArchive(text []byte, sum [sha256.Size]byte) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, errDamaged("the zip archive in it is not whole")
	}
	a := &archive{zip: z, text: text}
	return a, a.read(sum)
}

// read lists and verifies the parts.
func (a *archive) read(sum [sha256.Size]byte) error {
	a.parts, a.plain = map[string]*zip.File{}, map[string]bool{}
	if err := a.list(); err != nil {
		return err
	}
	a.texts = a.readTexts()
	if plain, known := verified.Load(sum); known {
		a.plain = plain.(map[string]bool)
		return nil
	}
	if err := a.verify(); err != nil {
		return err
	}
	verified.Store(sum, a.plain)
	return nil
}

// verified are the plain sheets of workbooks that are whole, by the digest of
// their bytes.
var verified sync.Map

// list finds the parts.
func (a *archive) list() error {
	if len(a.zip.File) > maxParts {
		return errTooLarge
	}
	for _, f := range a.zip.File {
		name := partName(f.Name)
		if strings.HasSuffix(name, "/") {
			continue
		}
		if _, twice := a.parts[name]; twice {
			return errDamaged("it holds the part " + shown(f.Name) + " twice")
		}
		a.parts[name] = f
	}
	return nil
}

// readTexts reads the shared strings if they are plain, to their end.
func (a *archive) readTexts() *plainTexts {
	f := a.parts[partName(stringsPart)]
	if f == nil {
		return &plainTexts{}
	}
	var texts *plainTexts
	err := whole(f, func(r io.Reader) (err error) {
		texts, err = readPlainTexts(r)
		return err
	})
	if err != nil {
		return nil
	}
	return texts
}

// isPlain reads a part to its end and says whether it is plain and whole.
func (a *archive) isPlain(name string, f *zip.File) bool {
	switch {
	case a.texts == nil:
		return false
	case name == partName(stringsPart):
		return true
	case !strings.HasPrefix(name, "xl/worksheets/") || path.Ext(name) != ".xml":
		return false
	}
	a.plain[name] = nil == whole(f, func(r io.Reader) error {
		s := newPlainSheet(r, a.texts)
		for {
			if _, err := s.next(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	})
	return a.plain[name]
}

// whole reads a part to its end, which checks its length and its checksum.
func whole(f *zip.File, read func(io.Reader) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	in := &io.LimitedReader{R: r, N: int64(f.UncompressedSize64) + 1}
	if err = read(in); err == nil {
		_, err = io.Copy(io.Discard, in)
	}
	if err == nil && in.N == 0 {
		err = zip.ErrFormat
	}
	return errors.Join(err, r.Close())
}

func (a *archive) verify() error {
	var total, held uint64
	for _, f := range a.zip.File {
		name := partName(f.Name)
		if strings.HasSuffix(name, "/") {
			continue
		}
		if total += f.UncompressedSize64; total > maxPlain {
			return errTooLarge
		}
		if a.isPlain(name, f) {
			continue
		}
		if held += f.UncompressedSize64; held > maxUnzipped {
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

// optionalRelations are those of a part that may have none.
func (a *archive) optionalRelations(of string) ([]relation, error) {
	dir, base := path.Split(of)
	if a.parts[partName(dir+"_rels/"+base+".rels")] == nil {
		return nil, nil
	}
	return a.relations(of)
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

const stringsPart = "xl/sharedStrings.xml" // where excelize looks

// sharedStrings counts the shared strings, reading their part to its end.
func (a *archive) sharedStrings() (int, error) {
	if a.texts != nil {
		return len(a.texts.starts), nil
	}
	if a.parts[partName(stringsPart)] == nil {
		return 0, nil
	}
	d, c, err := a.decode(stringsPart)
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

func (a *archive) close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}
