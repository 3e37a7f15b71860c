package report_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync/atomic"
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

type counter struct{ n atomic.Int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}

// What has been asked for must have been written, but for what is read ahead and
// a buffer's worth.
func TestRowsAreWrittenAsTheyCome(t *testing.T) {
	for f, size := range map[report.Format]int{report.CSV: 100, report.JSON: 100, report.XLSX: 25} { // of a row, at least
		var out counter
		rows := many(20_000, func(i int) {
			if wrote := out.n.Load(); i%1000 == 0 && int64(i*size)-wrote > 160<<10 {
				t.Errorf("%s: row %d was asked for and only %d bytes were written", f, i, wrote)
			}
		})
		if err := report.Write(&out, f, report.Head{Columns: ownColumns}, rows); err != nil {
			t.Fatal(err)
		}
	}
}

// A reader ahead ends with the report that did not want all of it.
func TestNobodyReadsOn(t *testing.T) {
	broken := errors.New("the disk is full")
	last := 0
	err := report.Write(failing{broken}, report.CSV, report.Head{Columns: ownColumns}, many(1_000_000, func(i int) { last = i }))
	if !errors.Is(err, broken) || last > 10_000 {
		t.Errorf("read up to row %d: %v", last, err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

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
