package recipients

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
)

// maxRecord is the greatest length of one record in bytes; beyond it a quote
// is missing somewhere.
const maxRecord = 4 << 20

// A record is one row of a file before its header is known.
type record struct {
	number int // as a spreadsheet numbers it
	cells  []string
	hidden bool   // a hidden or filtered row of a sheet
	flaws  []flaw // what is wrong with it by itself
}

// A flaw is something wrong with one cell, or with the record (column 0).
type flaw struct {
	column  int  // 1-based; 0 is the whole record
	note    bool // only a warning; else it makes a bad row
	severe  bool // an error whatever on_bad_row says
	unknown bool // what the cell holds cannot be known: a formula without a result, or with an error
	message string
	hint    string
}

// blank says whether no cell holds anything.
func (r record) blank() bool {
	if len(r.flaws) > 0 {
		return false
	}
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// A csvReader splits text into records: RFC 4180, and beyond it quotes of either kind, CR, LF and
// CRLF mixed, records of any length, blank lines counted. encoding/csv drops
// the CR inside quotes, skips blank lines uncounted, and cannot tell a quote
// that is never closed from one that stands by itself.
type csvReader struct {
	in      *bufio.Reader
	comma   byte
	quote   byte // " or '
	checked bool // the text is known to be valid
	decoded bool // U+FFFD stands for bytes that could not be decoded
	number  int
	text    []byte
	ends    []int
	stray   bool   // the record holds a quote that should have been doubled
	wrapped uint64 // which of the record's first 64 cells stand in quotes
}

func newCSVReader(r io.Reader, comma, quote byte, set charset) *csvReader {
	return &csvReader{
		in: bufio.NewReaderSize(r, 64<<10), comma: comma, quote: quote,
		checked: set.valid, decoded: set.decoder != nil,
	}
}

// errOpenQuote is a quote that is not closed before the end of the file.
var errOpenQuote = errors.New("a quote is never closed")

// openQuote is the flaw of the record that a missing quote has swallowed.
func (c *csvReader) openQuote(rec record) flaw {
	return flaw{
		column: len(rec.cells), severe: true,
		message: "the quote that opens this cell is never closed: the rest of the file stands in it",
		hint:    fmt.Sprintf("delete the %c, or close it behind the cell", c.quote),
	}
}

// next gives the next record, blank ones too; io.EOF at the end. A cell's
// text shares one string with its neighbours.
func (c *csvReader) next() (record, error) {
	err := c.scan()
	if err == io.EOF {
		return record{}, io.EOF
	}
	c.number++
	if err != nil && !errors.Is(err, errOpenQuote) {
		return record{}, err
	}
	rec := record{number: c.number, cells: c.split()}
	c.inspect(&rec)
	if err != nil {
		rec.flaws = append(rec.flaws, c.openQuote(rec))
	}
	return rec, nil
}

// split makes strings of the bytes collected by scan.
func (c *csvReader) split() []string {
	text, from := string(c.text), 0
	cells := make([]string, len(c.ends))
	for i, end := range c.ends {
		cells[i], from = text[from:end], end
	}
	return cells
}

// scan collects the bytes of one record without its quotes.
func (c *csvReader) scan() error {
	c.text, c.ends, c.stray, c.wrapped = c.text[:0], c.ends[:0], false, 0
	for first := true; ; first = false {
		b, err := c.in.ReadByte()
		if err == io.EOF && first {
			return io.EOF
		}
		if err == nil && b == c.quote {
			c.wrapped |= 1 << len(c.ends)
			b, err = c.quoted()
		}
		done, err := c.plain(b, err)
		if done || err != nil {
			return err
		}
	}
}

// plain collects bytes up to the end of the cell, b being the first. done
// says that the record ends with it.
func (c *csvReader) plain(b byte, err error) (done bool, _ error) {
	for {
		switch {
		case err == io.EOF:
			c.ends = append(c.ends, len(c.text))
			return true, nil
		case err != nil:
			return true, err
		case b == c.comma:
			c.ends = append(c.ends, len(c.text))
			return false, nil
		case b == '\n' || b == '\r':
			c.ends = append(c.ends, len(c.text))
			return true, c.lineEnd(b)
		}
		c.text = append(c.text, b)
		if c.run(func(b byte) bool { return b == c.comma || b == '\n' || b == '\r' }); len(c.text) > maxRecord {
			return true, c.tooLong()
		}
		b, err = c.in.ReadByte()
	}
}

// run collects what is in the buffer up to a byte that ends the run.
func (c *csvReader) run(ends func(byte) bool) {
	b, _ := c.in.Peek(c.in.Buffered())
	n := 0
	for n < len(b) && !ends(b[n]) {
		n++
	}
	c.text = append(c.text, b[:n]...)
	_, _ = c.in.Discard(n)
}

// lineEnd takes the LF of a CRLF.
func (c *csvReader) lineEnd(b byte) error {
	if b != '\r' {
		return nil
	}
	next, err := c.in.ReadByte()
	if err == nil && next != '\n' {
		return c.in.UnreadByte()
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// quoted collects a cell in quotes and gives the byte after it.
func (c *csvReader) quoted() (byte, error) {
	for {
		b, err := c.in.ReadByte()
		if err == io.EOF {
			c.ends = append(c.ends, len(c.text))
			return 0, errOpenQuote
		}
		if err != nil {
			return 0, err
		}
		if b == c.quote {
			if b, err = c.in.ReadByte(); err != nil || b != c.quote {
				return c.afterQuote(b, err)
			}
		}
		c.text = append(c.text, b)
		if c.run(func(b byte) bool { return b == c.quote }); len(c.text) > maxRecord {
			return 0, c.tooLong()
		}
	}
}

// afterQuote looks at what follows a closing quote. Text there means that a
// quote inside the cell was not doubled; the row is kept whole and refused,
// since where its cells end cannot be known.
func (c *csvReader) afterQuote(b byte, err error) (byte, error) {
	if err == nil && b != c.comma && b != '\n' && b != '\r' {
		c.stray = true
		c.text = append(c.text, c.quote)
	}
	return b, err
}

func (c *csvReader) tooLong() error {
	return campaign.Problem{
		Severity: campaign.Error, Row: c.number + 1,
		Message: fmt.Sprintf("the row is longer than %d MB: a quote that opens a cell is probably never closed", maxRecord>>20),
		Hint:    fmt.Sprintf("look for a lone %c at the start of a cell in this row", c.quote),
	}
}

// inspect notes what no cell may hold.
func (c *csvReader) inspect(rec *record) {
	if c.stray {
		rec.flaws = append(rec.flaws, flaw{
			message: fmt.Sprintf("a %c stands inside a quoted cell, so that its end cannot be told", c.quote),
			hint:    fmt.Sprintf("write %c%c for a quote inside a quoted cell", c.quote, c.quote),
		})
	}
	for i, cell := range rec.cells {
		if strings.IndexByte(cell, 0) >= 0 {
			rec.flaws = append(rec.flaws, flaw{
				column: i + 1, message: "the cell " + shown(cell) + " holds a NUL character",
				hint: "delete the character, or save the list anew from the program it comes from",
			})
		}
		if c.damaged(cell) {
			rec.flaws = append(rec.flaws, flaw{
				column: i + 1, message: "the cell " + shown(cell) + " holds bytes that are no text in this encoding",
				hint: "correct `encoding:`, or the cell",
			})
		} else if strings.ContainsRune(cell, utf8.RuneError) {
			rec.flaws = append(rec.flaws, flaw{
				column: i + 1, note: true, message: "the cell " + shown(cell) + " holds U+FFFD: a letter was lost when the list was converted",
				hint: "type the letter again",
			})
		}
	}
}

// damaged says whether a cell holds bytes that could not be decoded.
func (c *csvReader) damaged(cell string) bool {
	if c.decoded {
		return strings.ContainsRune(cell, utf8.RuneError)
	}
	return !c.checked && !utf8.ValidString(cell)
}
