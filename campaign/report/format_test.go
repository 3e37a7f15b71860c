package report_test

import (
	"errors"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/campaign/report"
)

func TestParseFormat(t *testing.T) {
	for _, c := range []struct {
		flag, file string
		want       report.Format
		err        string // part of it
	}{
		{"", "", report.CSV, ""},
		{"", "-", report.CSV, ""},
		{"", "report", report.CSV, ""},
		{"", "/dev/stdout", report.CSV, ""},
		{"", "out/report.csv", report.CSV, ""},
		{"", "Report.XLSX", report.XLSX, ""},
		{"", "report.2027.json", report.JSON, ""},
		{"JSON", "", report.JSON, ""},
		{"xlsx", "report.csv", report.XLSX, ""},
		{"csv", "report.txt", report.CSV, ""},
		{"", "report.txt", "", "report.txt: not a format"},
		{"", "report.xls", "", "report.xls: not a format"},
		{"excel", "", "", "--format excel: not a format"},
		{"html", "", "", "--format html: HTML is not there yet"},
		{"", "report.HTM", "", "HTML is not there yet"},
		{"pdf", "report.csv", "", "--format pdf"},
	} {
		got, err := report.ParseFormat(c.flag, c.file)
		if got != c.want || (err == nil) != (c.err == "") {
			t.Errorf("ParseFormat(%q, %q) = %q, %v; want %q", c.flag, c.file, got, err, c.want)
		}
		if err == nil {
			continue
		}
		var hint *campaign.HintError
		if !errors.Is(err, report.ErrFormat) || !errors.As(err, &hint) || hint.Hint == "" {
			t.Errorf("ParseFormat(%q, %q): %v is no ErrFormat with a hint", c.flag, c.file, err)
		}
		if !strings.Contains(err.Error(), c.err) {
			t.Errorf("ParseFormat(%q, %q): %q does not say %q", c.flag, c.file, err, c.err)
		}
	}
}
