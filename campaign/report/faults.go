package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"tebar/campaign"
)

// A Fault is a row of a list with what is wrong with it, in words.
type Fault struct {
	Row     campaign.Row
	Problem string
}

// Faults writes rows with problems as CSV: the lists' own columns, all cells as
// they are, and behind them `problem`, `file` and `row`, where the row stands
// as a spreadsheet numbers it. A name that a list has itself gets tebar_ in
// front.
func Faults(w io.Writer, list []Fault) error {
	var own []string
	for _, f := range list {
		own = union(own, f.Row.Columns)
	}
	header := own[:len(own):len(own)]
	for _, name := range []string{"problem", "file", "row"} {
		free := unused(name, header)
		if free != name {
			free = unused("tebar_"+name, header)
		}
		header = append(header, free)
	}
	out, g := csv.NewWriter(w), grid{own: own}
	if err := out.Write(header); err != nil {
		return fmt.Errorf("writing the rows with problems: %w", err)
	}
	for _, f := range list {
		cells := make([]string, len(header))
		if err := g.lay(f.Row, cells[:len(own)]); err != nil {
			return err
		}
		copy(cells[len(own):], []string{Harmless(f.Problem), Harmless(f.Row.Source), strconv.Itoa(f.Row.Number)})
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("writing the rows with problems: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}
