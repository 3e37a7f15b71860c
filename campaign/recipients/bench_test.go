package recipients

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

const benchRows = 100_000

// BenchmarkCSV reads 100,000 rows of five columns; rows/s is the figure.
func BenchmarkCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("email,first_name,last_name,class,link\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "guardian.%d@mail%d.example.org,Rina %d,Wijaya,7B,https://school.example/form?id=%d\n", i, i%50, i, i)
	}
	bench(b, write(b, "people.csv", text.String()), campaign.DuplicatesError)
}

// BenchmarkCSVTwice reads them twice, as `duplicates: last` must.
func BenchmarkCSVTwice(b *testing.B) {
	var text strings.Builder
	text.WriteString("email,first_name\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "guardian.%d@example.org,Rina %d\n", i/2, i)
	}
	bench(b, write(b, "people.csv", text.String()), campaign.DuplicatesLast)
}

// BenchmarkExcel reads 20,000 rows of five columns.
func BenchmarkExcel(b *testing.B) {
	const rows = 20_000
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	_ = w.SetRow("A1", []any{"email", "first_name", "last_name", "age", "link"})
	for i := range rows {
		at, _ := excelize.CoordinatesToCellName(1, i+2)
		_ = w.SetRow(at, []any{fmt.Sprintf("guardian.%d@example.org", i), "Rina", "Wijaya", i % 90, "https://school.example"})
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "people.xlsx")
	if err := f.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	bench(b, path, campaign.DuplicatesError)
}

func bench(b *testing.B, path string, mode campaign.Duplicates) {
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		lists := []campaign.List{{File: filepath.Base(path), Duplicates: mode}}
		result, err := Read(context.Background(), lists, Options{Folder: filepath.Dir(path)}, func(campaign.Entry) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		if result.Messages == 0 || result.Problems.Errors() > 0 {
			b.Fatal(result)
		}
		rows += result.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
