package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tebar/campaign/prepare"
	"tebar/store"
)

// BenchmarkImport takes a list of 100,000 rows (TEBAR_ROWS) with six columns
// into a new store: what run does after the check and before the first message.
func BenchmarkImport(b *testing.B) {
	rows := 100_000
	if n, err := strconv.Atoi(os.Getenv("TEBAR_ROWS")); err == nil {
		rows = n
	}
	folder := b.TempDir()
	var list strings.Builder
	list.WriteString("email,name,city,number,group,note\n")
	for i := range rows {
		fmt.Fprintf(&list, "person%d@example.org,Person Number %d,City %d,%d,group%d,A note for person %d of some length\n", i, i, i%1000, i, i%10, i)
	}
	for name, text := range map[string]string{
		"list.csv": list.String(), "body.txt": "Dear {{.name}}\n",
		"campaign.yaml": "name: load\nfrom: rina@example.org\nsubject: News\nbody: {text: body.txt}\nrecipients: {file: list.csv}\nsender: {provider: sandbox}\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	list.Reset()
	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	for i := 0; b.Loop(); i++ {
		st, err := store.Open(b.Context(), filepath.Join(folder, fmt.Sprint(i), "tebar.db"), store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		p, err := a.load(b.Context(), filepath.Join(folder, "campaign.yaml"), st)
		if err != nil {
			b.Fatal(err)
		}
		if err := a.takeIn(b.Context(), st, p, prepare.Report{Rows: rows}, false); err != nil {
			b.Fatal(err)
		}
		if err := st.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
