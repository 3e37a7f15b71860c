package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"time"

	"tebar/campaign"
)

// writeCSV writes RFC 4180, but with LF for line ends, as scripts want it.
func writeCSV(w io.Writer, h Head, zone *time.Location, rows iter.Seq2[campaign.Delivery, error]) error {
	out, g := csv.NewWriter(w), newGrid(h, zone)
	if err := out.Write(harmlessAll(header(h.Columns))); err != nil {
		return err
	}
	for d, err := range rows {
		if err != nil {
			return fmt.Errorf("reading deliveries: %w", err)
		}
		cells, err := g.row(d)
		if err != nil {
			return err
		}
		if err := out.Write(harmlessAll(cells)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
