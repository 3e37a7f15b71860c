package main

import (
	"encoding/csv"
	"errors"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// workbook makes a workbook of a text: workbook TEXT FILE [PASSWORD]. The
// text's lines are rows of CSV; beside them stand
//
//	# sheet NAME            the rows below belong to it
//	# name NAME REFERENCE   a defined name
//	# table NAME RANGE      a table on the sheet above
//	# hide COLUMNS          as B or B:C
//	# formula CELL FORMULA  a formula without a result
func workbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: workbook TEXT FILE [PASSWORD]")
	}
	f := excelize.NewFile()
	defer f.Close()
	sheet, row := "Sheet1", 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		line = strings.TrimSuffix(line, "\n")
		if words, is := strings.CutPrefix(line, "# "); is {
			before := sheet
			ts.Check(bookLine(f, strings.SplitN(words, " ", 3), &sheet))
			if sheet != before {
				row = 0
			}
			continue
		}
		row++
		ts.Check(bookRow(f, sheet, row, line))
	}
	ts.Check(f.SaveAs(ts.MkAbs(args[1]), excelize.Options{Password: strings.Join(args[2:], "")}))
}

func bookLine(f *excelize.File, words []string, sheet *string) error {
	switch words[0] {
	case "sheet":
		was := *sheet
		*sheet = strings.Join(words[1:], " ")
		if was == "Sheet1" {
			return f.SetSheetName(was, *sheet)
		}
		_, err := f.NewSheet(*sheet)
		return err
	case "name":
		return f.SetDefinedName(&excelize.DefinedName{Name: words[1], RefersTo: words[2]})
	case "hide":
		return f.SetColVisible(*sheet, words[1], false)
	case "table":
		return f.AddTable(*sheet, &excelize.Table{Name: words[1], Range: words[2]})
	}
	return errors.Join(f.SetCellValue(*sheet, words[1], nil), f.SetCellFormula(*sheet, words[1], words[2]))
}

func bookRow(f *excelize.File, sheet string, row int, line string) error {
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return nil // a blank row
	}
	at, _ := excelize.CoordinatesToCellName(1, row)
	return f.SetSheetRow(sheet, at, &cells)
}
