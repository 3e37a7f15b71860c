package main

import (
	"encoding/csv"
	"io"
	"time"

	"tebar/campaign/report"
	"tebar/store"
)

// writeSuppressions writes what suppress import reads. An address may begin
// with = and a domain begins with @: a spreadsheet must not evaluate them.
func writeSuppressions(w io.Writer, list []store.Suppression) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"address", "reason", "who", "at"}) // Flush tells
	for _, s := range list {
		_ = out.Write([]string{report.Harmless(s.Address), report.Harmless(s.Reason), report.Harmless(s.Who), s.At.UTC().Format(time.RFC3339)})
	}
	out.Flush()
	return out.Error()
}

func writerOf(list []store.Suppression) func(io.Writer) error {
	return func(w io.Writer) error { return writeSuppressions(w, list) }
}
