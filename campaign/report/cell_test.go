package report_test

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
	"tebar/campaign/report"
)

// What XML has signs for comes back from a workbook as it went in.
func TestCellsComeBack(t *testing.T) {
	texts := map[string]string{ // what was written: what comes back, "" = the same
		"plain": "", "00427": "", "=1+1": "", "a & b < c > d": "", `"it's"`: "", "]]>": "", "<!-- -->": "",
		" spaces ": "", "\ttab": "", "line\nline": "", "line\r\nline": "", "\n": "",
		"Bücher, 東京, 😀": "", "é and e\u0301": "",
		"_x0041_": "", "a_x000D_b": "", "_x0041_x0042_": "", "_x005F_": "", "_x00G1_": "", "__x0041_": "", "_x0041": "", "_": "",
		"a\x00b\x1bc": "a\uFFFDb\uFFFDc", "\xff": "\uFFFD", "\uFFFE": "\uFFFD",
	}
	for text, want := range texts {
		if want == "" {
			want = text
		}
		rows := func(yield func(campaign.Delivery, error) bool) {
			yield(campaign.Delivery{Reason: text, Row: campaign.Row{Columns: []string{"own"}, Values: []string{text}}}, nil)
		}
		var out bytes.Buffer
		if err := report.Write(&out, report.XLSX, report.Head{Columns: []string{"own"}}, rows); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		file, err := excelize.OpenReader(&out)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, cell := range []string{"D2", "Q2"} {
			if got, err := file.GetCellValue("Recipients", cell); got != want || err != nil {
				t.Errorf("%q came back in %s as %q, %v", text, cell, got, err)
			}
		}
		_ = file.Close()
	}
}
