package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
)

// Retry writes the failed rows of rows (never unconfirmed ones, whose mail may
// have arrived) as a list that can be run again: their original columns, and
// one more, `error`, with why they failed; it is called tebar_error where the
// list has a column of that name. n is how many rows were written; with none
// there is a header at most.
//
// The list's own cells are written as they are, so that reading the file gives
// the same values again: in CSV formulas among them stay what the person's own
// list has; only the error, which a strange server worded, is made harmless.
// In Excel nothing is evaluated anyway; a cell that Excel cannot hold unharmed
// (over 32,767 characters, control characters, no valid text) is refused. The
// sheet has the name that it had in the original.
//
// JSON is refused with ErrFormat. The failed rows are held in memory.
func Retry(w io.Writer, f Format, rows iter.Seq2[campaign.Delivery, error]) (n int, err error) {
	if f != CSV && f != XLSX {
		return 0, refuse(fmt.Sprintf("a retry list in %s", f), "use csv or xlsx: it is to be read as a list again")
	}
	list, err := failures(rows)
	if err != nil {
		return 0, err
	}
	write := list.csv
	if f == XLSX {
		write = list.xlsx
	}
	if err := write(w); err != nil {
		return 0, fmt.Errorf("writing the retry list: %w", err)
	}
	return len(list.rows), nil
}

type failure struct {
	row   campaign.Row
	error string
}

// A failed list is the failed rows under the union of their columns.
type failed struct {
	columns []string
	rows    []failure
}

func failures(rows iter.Seq2[campaign.Delivery, error]) (failed, error) {
	var list failed
	for d, err := range rows {
		if err != nil {
			return list, fmt.Errorf("reading deliveries: %w", err)
		}
		if d.State != campaign.Failed {
			continue
		}
		list.columns = union(list.columns, d.Row.Columns)
		list.rows = append(list.rows, failure{d.Row, why(d)})
	}
	return list, nil
}

// why is the reason in words and the server's reply behind it.
func why(d campaign.Delivery) string {
	reply := campaign.Outcome{Code: d.Code, Enhanced: d.Enhanced, Response: d.Response}.Describe()
	switch {
	case reply == "" || strings.Contains(d.Reason, reply):
		return d.Reason
	case d.Reason == "" || strings.Contains(reply, d.Reason):
		return reply
	}
	return d.Reason + ": " + reply
}

func (l failed) header() []string {
	name := unused("error", l.columns)
	if name != "error" {
		name = unused("tebar_error", l.columns)
	}
	return append(l.columns[:len(l.columns):len(l.columns)], name)
}

// each calls add with the cells of every row, the error last.
func (l failed) each(add func(r campaign.Row, cells []string) error) error {
	g := grid{own: l.columns}
	for _, f := range l.rows {
		cells := make([]string, len(l.columns)+1)
		if err := g.lay(f.row, cells); err != nil {
			return err
		}
		cells[len(l.columns)] = f.error
		if err := add(f.row, cells); err != nil {
			return err
		}
	}
	return nil
}

func (l failed) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(l.header()); err != nil {
		return err
	}
	err := l.each(func(_ campaign.Row, cells []string) error {
		last := len(cells) - 1
		cells[last] = Harmless(cells[last])
		return out.Write(cells)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func (l failed) xlsx(w io.Writer) error {
	header := l.header()
	wide := make([]float64, len(header))
	for i := range wide {
		wide[i] = 20
	}
	file, err := newFile(l.sheet(), header, wide)
	if err != nil {
		return err
	}
	defer file.Close()
	b, err := newBook(w, file, len(header))
	if err != nil {
		return err
	}
	err = l.each(func(r campaign.Row, cells []string) error {
		last := len(cells) - 1
		cells[last] = shorten(cells[last])
		if i := damaged(cells[:last]); i >= 0 {
			return refuse(fmt.Sprintf("%s: row %d, column %s: Excel cannot hold this cell unharmed", r.Source, r.Number, strconv.Quote(header[i])), "use csv")
		}
		return b.add(cells)
	})
	if err != nil {
		return err
	}
	return b.finish()
}

// sheet is the name of the sheet that all rows come from, else "Retry".
func (l failed) sheet() string {
	name := ""
	for _, f := range l.rows {
		if f.row.Sheet == "" || name != "" && f.row.Sheet != name {
			return "Retry"
		}
		name = f.row.Sheet
	}
	if name == "" {
		return "Retry"
	}
	return name
}

// damaged is the first cell that would not come back from a workbook as it
// is, or -1. XML 1.0, section 2.2, says which characters it has.
func damaged(cells []string) int {
	for i, c := range cells {
		if shorten(c) != c || !utf8.ValidString(c) || strings.ContainsFunc(c, notXML) {
			return i
		}
	}
	return -1
}

func notXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF'
}
