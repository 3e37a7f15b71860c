package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tebar/campaign"
	"tebar/campaign/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// An input is what stands in testdata/NAME.input.json.
type input struct {
	Head       report.Head
	Lists      map[string][]string // source -> columns
	Deliveries []campaign.Delivery
}

func (in input) rows() iter.Seq2[campaign.Delivery, error] {
	return func(yield func(campaign.Delivery, error) bool) {
		for _, d := range in.Deliveries {
			d.Row.Columns = in.Lists[d.Row.Source]
			if !yield(d, nil) {
				return
			}
		}
	}
}

func load(t *testing.T, name string) input {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".input.json"))
	if err != nil {
		t.Fatal(err)
	}
	var in input
	if err := json.Unmarshal(data, &in); err != nil {
		t.Fatal(err)
	}
	if in.Head.Columns, err = report.Columns(in.rows()); err != nil {
		t.Fatal(err)
	}
	return in
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func write(t *testing.T, f report.Format, in input) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, f, in.Head, in.rows()); err != nil {
		t.Fatalf("Write %s: %v", f, err)
	}
	return out.Bytes()
}

// sheets shows a workbook as text: each cell of a row between bars, with its
// formula if it has one.
func sheets(t *testing.T, data []byte) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&b, "[%s]\n", sheet)
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, cell := range row {
				at, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
					t.Errorf("%s!%s is a formula: %s", sheet, at, formula)
				}
				fmt.Fprintf(&b, "| %q ", cell)
			}
			b.WriteString("|\n")
		}
	}
	return []byte(b.String())
}

func TestGoldens(t *testing.T) {
	for _, name := range []string{"open-day", "nobody"} {
		t.Run(name, func(t *testing.T) {
			in := load(t, name)
			golden(t, name+".csv", write(t, report.CSV, in))
			golden(t, name+".json", write(t, report.JSON, in))
			golden(t, name+".xlsx.txt", sheets(t, write(t, report.XLSX, in)))
			for _, f := range []report.Format{report.CSV, report.XLSX} {
				var out bytes.Buffer
				n, err := report.Retry(&out, f, in.rows())
				if err != nil {
					t.Fatal(err)
				}
				if want := count(in, campaign.Failed); n != want {
					t.Errorf("Retry %s wrote %d rows, want the %d failed ones", f, n, want)
				}
				if f == report.XLSX {
					golden(t, name+".retry.xlsx.txt", sheets(t, out.Bytes()))
				} else {
					golden(t, name+".retry.csv", out.Bytes())
				}
			}
		})
	}
}

func count(in input, s campaign.State) (n int) {
	for _, d := range in.Deliveries {
		if d.State == s {
			n++
		}
	}
	return n
}

// The keys of the contract, in its order.
var keys = []string{
	"email", "name", "state", "reason", "account", "message_id", "attempts", "sent_at", "code",
	"enhanced_code", "response", "row", "source", "version", "sha256", "retry_at",
}

func TestKeysAreThoseOfTheContract(t *testing.T) {
	in := load(t, "open-day")
	records, err := csv.NewReader(bytes.NewReader(write(t, report.CSV, in))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, k := range keys {
		want = append(want, "tebar_"+k)
	}
	want = append(want, "E-mail", "Nama lengkap", "Postcode", "Note", "Seat", "tebar_state_2")
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}

	var got struct {
		Recipients []json.RawMessage `json:"recipients"`
	}
	if err := json.Unmarshal(write(t, report.JSON, in), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(slices.Clone(keys), "fields"), objectKeys(t, got.Recipients[0])); diff != "" {
		t.Errorf("JSON keys (-want +got):\n%s", diff)
	}
}

// objectKeys are the keys of a JSON object in their order.
func objectKeys(t *testing.T, object []byte) []string {
	t.Helper()
	d, names := json.NewDecoder(bytes.NewReader(object)), []string(nil)
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestJSONTypes(t *testing.T) {
	var got struct {
		Campaign   map[string]any
		Recipients []map[string]any
	}
	if err := json.Unmarshal(write(t, report.JSON, load(t, "open-day")), &got); err != nil {
		t.Fatal(err)
	}
	sent, queued := got.Recipients[0], got.Recipients[6]
	for key, want := range map[string][2]any{
		"sent_at":  {"2027-03-01T09:00:01+07:00", nil},
		"retry_at": {nil, nil},
		"code":     {250.0, 0.0},
		"attempts": {1.0, 0.0},
		"row":      {2.0, 4.0},
		"reason":   {"", ""},
	} {
		if pair := [2]any{sent[key], queued[key]}; pair != want {
			t.Errorf("%s: sent and queued rows have %v, want %v", key, pair, want)
		}
	}
	if v, ok := got.Campaign["versions"].([]any); !ok || len(v) != 2 {
		t.Errorf("versions: %v", got.Campaign["versions"])
	}
}

func TestWriteRefuses(t *testing.T) {
	in := load(t, "open-day")
	broken := errors.New("the store is gone")
	fails := func(yield func(campaign.Delivery, error) bool) { yield(campaign.Delivery{}, broken) }
	for _, f := range []report.Format{report.CSV, report.XLSX, report.JSON} {
		if err := report.Write(io.Discard, f, in.Head, fails); !errors.Is(err, broken) {
			t.Errorf("%s: a broken store gives %v", f, err)
		}
		if err := report.Write(io.Discard, f, report.Head{Timezone: "Asia/Nowhere"}, in.rows()); err == nil {
			t.Errorf("%s: no error for an unknown zone", f)
		}
		if err := report.Write(full{}, f, in.Head, in.rows()); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: a full disk gives %v", f, err)
		}
	}
	for _, f := range []report.Format{report.CSV, report.XLSX} {
		in.Head.Columns = []string{"E-mail"}
		if err := report.Write(io.Discard, f, in.Head, in.rows()); err == nil {
			t.Errorf("%s: cells without a column were dropped in silence", f)
		}
		if _, err := report.Retry(io.Discard, f, fails); !errors.Is(err, broken) {
			t.Errorf("Retry %s: a broken store gives %v", f, err)
		}
	}
	if err := report.Write(io.Discard, "html", in.Head, in.rows()); !errors.Is(err, report.ErrFormat) {
		t.Errorf("html: %v", err)
	}
}

// full is a disk with no space left.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
