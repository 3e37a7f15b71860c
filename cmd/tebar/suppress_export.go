package main

import (
	"encoding/csv"
	"io"
	"time"

	"tebar/store"
)

// writeSuppressions writes what suppress import reads.
func writeSuppressions(w io.Writer, list []store.Suppression) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"address", "reason", "who", "at"}) // Flush tells
	for _, s := range list {
		_ = out.Write([]string{s.Address, s.Reason, s.Who, s.At.UTC().Format(time.RFC3339)})
	}
	out.Flush()
	return out.Error()
}

func writerOf(list []store.Suppression) func(io.Writer) error {
	return func(w io.Writer) error { return writeSuppressions(w, list) }
}
