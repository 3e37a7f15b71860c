package recipients

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// save writes a workbook into a folder of the test.
func save(t *testing.T, f *excelize.File, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// write puts a text into a folder of the test.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read reads one list with default settings.
func read(t testing.TB, path string) ([]campaign.Entry, Result) {
	t.Helper()
	return readLists(t, filepath.Dir(path), campaign.List{File: filepath.Base(path)})
}

func readLists(t testing.TB, folder string, lists ...campaign.List) ([]campaign.Entry, Result) {
	t.Helper()
	return readWith(t, Options{Folder: folder}, lists...)
}

func readWith(t testing.TB, opts Options, lists ...campaign.List) ([]campaign.Entry, Result) {
	t.Helper()
	var entries []campaign.Entry
	result, err := Read(context.Background(), lists, opts, func(e campaign.Entry) error {
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != result.Rows {
		t.Errorf("%d entries, Rows %d", len(entries), result.Rows)
	}
	counted(t, entries, result)
	return entries, result
}

// counted checks the counts of a result against its entries.
func counted(t testing.TB, entries []campaign.Entry, result Result) {
	t.Helper()
	messages, skipped, duplicates, members, rows := 0, 0, 0, 0, 0
	for _, e := range entries {
		switch {
		case e.Skip != "":
			skipped++
		case e.Member:
			members++
		default:
			messages++
		}
		if e.Skip == campaign.SkipDuplicate {
			duplicates++
		}
	}
	for _, s := range result.Sources {
		rows += s.Rows
	}
	if messages != result.Messages || skipped != result.Skipped || duplicates != result.Duplicates ||
		messages+skipped+members != result.Rows || rows != result.Rows {
		t.Errorf("counts: %d messages, %d skipped, %d duplicates, %d members, %d rows of sources; the result says %+v",
			messages, skipped, duplicates, members, rows, result)
	}
}
