package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// An outbox is a folder of .eml files; the Server's mutex guards it within a
// process, the file system between processes.
type outbox struct {
	folder string
	next   int
}

// openOutbox makes the folder, 0700, and finds where its numbers end.
func openOutbox(folder string) (*outbox, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	o := &outbox{folder: folder, next: 1}
	for _, e := range entries {
		digits, _, _ := strings.Cut(e.Name(), "-")
		if n, err := strconv.Atoi(digits); err == nil && n >= o.next {
			o.next = n + 1
		}
	}
	return o, nil
}

// write puts a message into a file of its own, whole or not at all, and gives
// the path and the number.
func (o *outbox) write(from string, to []string, data []byte) (path, number string, err error) {
	temp, err := os.CreateTemp(o.folder, ".writing-*") // 0600
	if err != nil {
		return "", "", err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(append(trace(from, to), data...))
	if err := errors.Join(err, temp.Close()); err != nil {
		return "", "", err
	}
	for ; ; o.next++ {
		number = fmt.Sprintf("%06d", o.next)
		path = filepath.Join(o.folder, number+"-"+safeName(to)+".eml")
		if err := settle(temp.Name(), path); !errors.Is(err, fs.ErrExist) {
			o.next++
			return path, number, err
		}
	}
}

// settle gives a file its name if nothing has it: by a hard link, or where the
// file system has none by taking the name first.
func settle(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	empty, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_ = empty.Close()
	return os.Rename(temp, path)
}

// trace is the envelope as a delivering server writes it on top (RFC 5321,
// section 4.4).
func trace(from string, to []string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", printable(from))
	for _, a := range to {
		fmt.Fprintf(&b, "Delivered-To: %s\r\n", printable(a))
	}
	return []byte(b.String())
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// safeName makes a file name of the first recipient, at most 100 bytes.
func safeName(to []string) string {
	if len(to) == 0 {
		return "nobody"
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(".+@_-", r) {
			return r
		}
		return '_'
	}, strings.ToLower(to[0]))
	return name[:min(len(name), 100)]
}
