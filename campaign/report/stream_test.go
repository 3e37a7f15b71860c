package report_test

import (
	"fmt"
	"io"
	"iter"
	"runtime"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/report"
)

var ownColumns = []string{"email", "first_name", "city", "note"}

// many are n deliveries, made as they are asked for; watch is called before each.
func many(n int, watch func(i int)) iter.Seq2[campaign.Delivery, error] {
	return func(yield func(campaign.Delivery, error) bool) {
		sent := time.Date(2027, 3, 1, 2, 0, 0, 0, time.UTC)
		for i := range n {
			watch(i)
			email := fmt.Sprintf("person%d@example.org", i)
			d := campaign.Delivery{
				Email: email, Name: "Siti Nurhaliza", State: campaign.Sent, Account: "rina@example.org/smtp.example.org",
				MessageID: fmt.Sprintf("%032x@example.org", i), Attempts: 1, SentAt: sent.Add(time.Duration(i) * time.Second),
				Code: 250, Enhanced: "2.0.0", Response: "OK queued", Version: 1,
				Row: campaign.Row{Source: "people.csv", Number: i + 2, Columns: ownColumns, Values: []string{email, "Siti", "Solo", "=1+1"}},
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// What has been asked for must have been written, but for a buffer's worth.
func TestRowsAreWrittenAsTheyCome(t *testing.T) {
	for f, size := range map[report.Format]int{report.CSV: 100, report.JSON: 100, report.XLSX: 25} { // of a row, at least
		var out counter
		rows := many(20_000, func(i int) {
			if held := int64(i*size) - out.n; held > 128<<10 {
				t.Fatalf("%s: row %d was asked for and only %d bytes were written", f, i, out.n)
			}
		})
		if err := report.Write(&out, f, report.Head{Columns: ownColumns}, rows); err != nil {
			t.Fatal(err)
		}
	}
}

// Memory, as peak-MB, must not grow with the list.
func BenchmarkWrite(b *testing.B) {
	for _, f := range []report.Format{report.CSV, report.JSON, report.XLSX} {
		for _, n := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", f, n), func(b *testing.B) {
				peak := uint64(0)
				watch := func(i int) {
					if i%5000 == 0 {
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						peak = max(peak, m.HeapAlloc)
					}
				}
				for b.Loop() {
					if err := report.Write(io.Discard, f, report.Head{Columns: ownColumns}, many(n, watch)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
				b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
