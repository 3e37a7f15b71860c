package report

import (
	"fmt"
	"io"
	"iter"
	"time"

	"tebar/campaign"
)

// A Head is what a report says of the campaign as a whole.
type Head struct {
	Name        string
	From        string
	Timezone    string    // IANA name; "" = UTC
	GeneratedAt time.Time // when the deliveries were read
	Versions    []campaign.Version
	Columns     []string // the lists' own columns: the union over all sources, in order (see Columns); JSON does not need it
}

// Write writes one line for each of rows, in their order, as they come. An
// error among rows ends it and comes back wrapped; what was written by then
// stays written, so write to a file through Create.
func Write(w io.Writer, f Format, h Head, rows iter.Seq2[campaign.Delivery, error]) error {
	zone, err := time.LoadLocation(h.Timezone)
	if err != nil {
		return fmt.Errorf("reading the report's time zone: %w", err)
	}
	rows = ahead(rows)
	switch f {
	case CSV:
		err = writeCSV(w, h, zone, rows)
	case XLSX:
		err = writeXLSX(w, h, zone, rows)
	case JSON:
		err = writeJSON(w, h, zone, rows)
	default:
		return refuse(fmt.Sprintf("%q", f), "use csv, xlsx or json")
	}
	if err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}
