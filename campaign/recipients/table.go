package recipients

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"tebar/campaign"
)

const (
	maxColumns = 1000 // of a list; Excel's own limit is 16,384
	peekRows   = 50   // rows seen before the header is settled
)

// rows are the records of a file in order, blank ones too; io.EOF at the end.
type rows interface {
	next() (record, error)
	share() float64 // of the file that has been read, 0 to 1, about
	close() error
}

// A file is a list or exclude file that has been looked at.
type file struct {
	name   string // as the campaign names it
	path   string // absolute
	survey *survey
	size   int64
	mod    time.Time
	secret func(ref string) (string, error) // nil = there is nobody to ask
}

// A table is an open file whose header is known.
type table struct {
	file    *file
	source  campaign.Source
	rows    rows
	area    *area        // of the sheet; nil = all of it
	unseen  []columnSpan // of the sheet: its hidden columns
	header  record
	peeked  []record          // rows read ahead of their turn
	names   []string          // headers; those without one are named by their letter
	bare    []bool            // which of names stand for an empty header
	last    error             // the error after peeked
	reached int               // the last row taken from the file
	notes   campaign.Problems // warnings about the file as a whole
}

// examine resolves a path and looks at the file's bytes once.
func examine(ctx context.Context, name string, opts Options) (*file, error) {
	path, err := resolve(name, opts)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, missing(name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, missing(name, err)
	}
	s, err := look(ctx, f)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, missing(name, err)
	}
	found := &file{name: name, path: path, survey: s, size: info.Size(), mod: info.ModTime()}
	if opts.Password != nil {
		found.secret = func(ref string) (string, error) { return opts.Password(ctx, ref, name) }
	}
	return found, nil
}

// unchanged says whether the file still is the one that was examined.
func (f *file) unchanged() error {
	info, err := os.Stat(f.path)
	if err != nil {
		return missing(f.name, err)
	}
	if info.Size() != f.size || !info.ModTime().Equal(f.mod) {
		return fileProblem(f.name, "changed while it was read", "save it, then run the command again")
	}
	return nil
}

// open begins to read the file, up to and with its header.
func (f *file) open(l campaign.List) (*table, error) {
	if f.survey.size == 0 {
		return nil, fileProblem(f.name, "is empty", "it needs a row of headings, one of them for the e-mail address, and a row for each person")
	}
	format, err := formatOf(f, l.Password != "")
	if err != nil {
		return nil, err
	}
	t := &table{file: f, source: campaign.Source{File: f.name, Format: format}}
	if format == "xlsx" {
		err = t.openWorkbook(l)
	} else {
		err = t.openText(l)
	}
	if err != nil {
		return nil, err
	}
	if err := t.readHeader(l); err != nil {
		return nil, errors.Join(err, t.rows.close())
	}
	t.source.HiddenColumns = t.hiddenAmong(t.unseen)
	return t, nil
}

// textRows closes the file beneath a csvReader.
type textRows struct {
	*csvReader
	file *os.File
	size int64
}

// share goes by where the file is read, a buffer ahead of the rows.
func (r textRows) share() float64 {
	at, err := r.file.Seek(0, io.SeekCurrent)
	if err != nil || r.size == 0 {
		return 0
	}
	return float64(at) / float64(r.size)
}

func (r textRows) close() error { return r.file.Close() }

// openText settles encoding and delimiter and begins to read.
func (t *table) openText(l campaign.List) error {
	set, err := charsetOf(t.file.name, l.Encoding, t.file.survey)
	if err != nil {
		return err
	}
	if len(l.Delimiter) > 1 {
		return fileProblem(t.file.name, "the delimiter "+shown(l.Delimiter)+" is not one ASCII character", "write comma, semicolon, tab or pipe")
	}
	f, err := os.Open(t.file.path)
	if err != nil {
		return missing(t.file.name, err)
	}
	in, found, err := t.start(f, set, l)
	if err != nil {
		if _, told := asProblem(err); !told {
			err = missing(t.file.name, err)
		}
		return errors.Join(err, f.Close())
	}
	if set.guessed != "" {
		t.notes = append(t.notes, set.doubt(t.file.name))
	}
	t.source.Encoding, t.source.Delimiter, t.source.Quote = set.name, string(rune(found.comma)), quoteName(found.quote)
	t.rows = textRows{newCSVReader(in, found.comma, found.quote, set), f, t.file.size}
	return nil
}

// start decodes the file and finds delimiter and quotes in its beginning; a
// line `sep=;` is taken away.
func (t *table) start(f io.Reader, set charset, l campaign.List) (io.Reader, style, error) {
	text, err := set.reader(f)
	if err != nil {
		return nil, style{}, err
	}
	in := bufio.NewReaderSize(text, sampleSize)
	sample, err := in.Peek(sampleSize)
	if err != nil && err != io.EOF {
		return nil, style{}, err
	}
	found := style{}
	length := 0
	if found.comma, length = sepLine(sample); l.Delimiter != "" {
		found.comma = l.Delimiter[0]
	}
	s := styles{sample[length:], err == nil, t.source.Format == "tsv", found.comma}
	if found, err = s.find(t.file.name, l.Quote, len(l.Columns) == 0); err != nil {
		return nil, found, err
	}
	_, err = in.Discard(length)
	return in, found, err
}

// next gives the next row that is not blank; io.EOF at the end.
func (t *table) next() (record, error) {
	if len(t.peeked) > 0 {
		rec := t.peeked[0]
		t.peeked = t.peeked[1:]
		return rec, nil
	}
	if t.last != nil {
		return record{}, t.last
	}
	return t.read()
}

// read takes the next row that is not blank from the file.
func (t *table) read() (record, error) {
	for {
		rec, err := t.rows.next()
		if err != nil {
			return rec, err
		}
		if !rec.blank() {
			t.reached = rec.number
			return rec, nil
		}
	}
}

func (t *table) close() error { return t.rows.close() }

// closeInto closes the table and keeps the first error.
func (t *table) closeInto(err *error) {
	if closing := t.close(); *err == nil {
		*err = closing
	}
}

// rangeRead is the range as far as it has been read; "" where the list says
// none.
func (t *table) rangeRead() string {
	if t.area == nil {
		return ""
	}
	a := *t.area
	if a.bottom == 0 {
		a.bottom = max(a.top, t.reached)
	}
	return a.String()
}
