package recipients

import (
	"bytes"
	"path/filepath"
	"strings"
)

// formatOf goes by the name's ending, and refuses a file that is something
// else inside.
func formatOf(f *file, unlocked bool) (string, error) {
	ext := strings.ToLower(filepath.Ext(f.name))
	head := f.survey.head
	workbook := ext == ".xlsx" || ext == ".xlsm"
	switch {
	case f.survey.crypted && !workbook:
		return "", fileProblem(f.name, "is a workbook locked with a password, whatever its name", "name it .xlsx, and write its password as a reference: `password: env:NAME`")
	case f.survey.crypted && !unlocked:
		p := fileProblem(f.name, "is a workbook locked with a password", "write where its password stands, `password: env:NAME` or `password: prompt`; or open it in Excel, take the password off (File, Info, Protect Workbook) and save it")
		p.Field = "recipients.password"
		return "", p
	case f.survey.crypted:
		return "xlsx", nil
	case f.survey.ole:
		return "", fileProblem(f.name, "is a workbook of Excel 97-2003 (.xls)", "open it and save it as .xlsx or CSV UTF-8")
	case bytes.HasPrefix(head, zipMagic):
		return zipFormat(f, ext, workbook)
	case workbook:
		return "", fileProblem(f.name, "is named "+ext+" but is no workbook", "if it is text, name it .csv; else save it as .xlsx again")
	case looksLikeHTML(head):
		return "", fileProblem(f.name, "is a web page (HTML), whatever its name", "open it in a spreadsheet and save it as .xlsx or CSV UTF-8")
	}
	if other, ok := otherFormats[ext]; ok {
		return "", fileProblem(f.name, "is "+other+", which is not read", "save it as .xlsx or CSV UTF-8")
	}
	switch ext {
	case ".csv", ".txt", "":
		return "csv", nil
	case ".tsv", ".tab":
		return "tsv", nil
	}
	return "", fileProblem(f.name, "has an ending that is not known: "+shown(ext), "lists are .csv, .tsv, .txt, .xlsx or .xlsm")
}

// otherFormats are named as what they are.
var otherFormats = map[string]string{
	".xls": "a workbook of Excel 97-2003", ".xlsb": "a binary Excel workbook",
	".ods": "an OpenDocument spreadsheet", ".fods": "an OpenDocument spreadsheet",
	".numbers": "an Apple Numbers document", ".gsheet": "only a link to Google Sheets",
	".pdf": "a PDF", ".docx": "a Word document", ".json": "JSON", ".html": "a web page",
}

// zipFormat tells the kinds of zip archives apart.
func zipFormat(f *file, ext string, workbook bool) (string, error) {
	if other, ok := otherFormats[ext]; ok {
		return "", fileProblem(f.name, "is "+other+", which is not read", "save it as .xlsx or CSV UTF-8")
	}
	if bytes.Contains(f.survey.head[:min(200, len(f.survey.head))], []byte("opendocument.spreadsheet")) {
		return "", fileProblem(f.name, "is "+otherFormats[".ods"]+", whatever its name", "save it as .xlsx or CSV UTF-8")
	}
	if !workbook {
		return "", fileProblem(f.name, "is no text but a workbook or a zip archive", "if it is a workbook, name it .xlsx")
	}
	return "xlsx", nil
}

func looksLikeHTML(head []byte) bool {
	text := bytes.ToLower(bytes.TrimLeft(head[:min(512, len(head))], "\xEF\xBB\xBF \t\r\n"))
	for _, tag := range []string{"<html", "<!doctype html", "<table", "<meta", "<head"} {
		if bytes.HasPrefix(text, []byte(tag)) {
			return true
		}
	}
	return false
}
