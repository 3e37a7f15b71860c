package report

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"tebar/campaign"
)

// Format is how a report is written down.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
	JSON Format = "json"
)

// ErrFormat says that a format is not known, not there yet, or not possible
// for what was asked. The error that wraps it is a *campaign.HintError.
var ErrFormat = errors.New("cannot write this format")

// ParseFormat takes the format from the flag, else from the ending of the
// file's name, else CSV. Both may be "". Any case will do.
func ParseFormat(flag, file string) (Format, error) {
	if flag != "" {
		return named(flag, fmt.Sprintf("--format %s", flag))
	}
	if ending := strings.TrimPrefix(filepath.Ext(file), "."); ending != "" {
		return named(ending, file)
	}
	return CSV, nil
}

func named(name, said string) (Format, error) {
	const choose = "use csv, xlsx or json"
	switch f := Format(strings.ToLower(name)); f {
	case CSV, XLSX, JSON:
		return f, nil
	case "html", "htm":
		return "", refuse(said+": HTML is not there yet", choose)
	case "xls", "xlsm", "ods", "excel":
		return "", refuse(said+": not a format of reports", "use xlsx: Excel and LibreOffice open it")
	}
	return "", refuse(said+": not a format of reports", choose+"; --format says which, whatever the file is called")
}

func refuse(what, hint string) error {
	return &campaign.HintError{Err: fmt.Errorf("%w: %s", ErrFormat, what), Hint: hint}
}
