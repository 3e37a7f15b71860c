package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"tebar/campaign"
)

// maxSize caps a campaign file and the file of accounts: 1 MB.
const maxSize = 1 << 20

// ErrUnfit is a path that leads to no campaign file: to a folder, a pipe, or
// something larger than 1 MB.
var ErrUnfit = errors.New("unfit for a campaign file")

// unfit says in which way.
type unfit string

func (u unfit) Error() string { return string(u) }

// Is makes it an ErrUnfit.
func (u unfit) Is(err error) bool { return err == ErrUnfit }

// readFile reads a whole file of at most maxSize bytes. Its error wraps the
// cause (fs.ErrNotExist, ErrUnfit ...) and carries a hint.
func readFile(path string) ([]byte, error) {
	wrap := func(err error, hint string) error {
		return &campaign.HintError{Err: fmt.Errorf("reading %s: %w", path, err), Hint: hint}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrap(fs.ErrNotExist, "look at the path; `tebar init DIR` writes a file to begin with")
	case err != nil:
		return nil, wrap(err, "look at the path and its permissions")
	case info.IsDir():
		return nil, wrap(unfit("this is a folder"), "name the campaign file in it: "+filepath.Join(path, "campaign.yaml"))
	case !info.Mode().IsRegular():
		return nil, wrap(unfit("this is not an ordinary file"), "name a file on the disk")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, wrap(err, "look at the file's permissions")
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, wrap(err, "look at the disk")
	}
	if len(data) > maxSize {
		return nil, wrap(unfit("it is larger than 1 MB"), "is it the campaign file? The list and the letter stand in files of their own")
	}
	return data, nil
}

// decode makes UTF-8 of UTF-8 with or without BOM and of UTF-16 (RFC 2781,
// section 4: by its BOM, or by the zero byte beside the first character). ok
// is false for anything else; text then holds U+FFFD where it was wrong.
func decode(data []byte) (text string, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return decode16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return decode16(data[2:], binary.BigEndian)
	case len(data) > 1 && data[0] != 0 && data[1] == 0:
		return decode16(data, binary.LittleEndian)
	case len(data) > 1 && data[0] == 0 && data[1] != 0:
		return decode16(data, binary.BigEndian)
	}
	return strings.ToValidUTF8(string(data), string(utf8.RuneError)), utf8.Valid(data)
}

func decode16(data []byte, order binary.ByteOrder) (string, bool) {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	text := string(utf16.Decode(units))
	return text, len(data)%2 == 0 && !strings.ContainsRune(text, utf8.RuneError)
}

// splitLines takes LF, CRLF and CR alone as line ends.
func splitLines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
}
