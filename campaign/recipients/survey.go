package recipients

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"unicode/utf8"
)

// A survey is what one look at a file's bytes, before any parsing, tells.
type survey struct {
	sum     [sha256.Size]byte
	size    int64
	head    []byte // the first sampleSize bytes
	high    []byte // pieces around bytes above 0x7F, at most sampleSize
	utf8    bool   // all of it is valid UTF-8
	nul     [2]int // NUL bytes at even and odd places of head
	ole     bool   // an OLE container: old or encrypted workbook
	crypted bool   // with an EncryptedPackage
}

// sampleSize is how much of a file the detectors see.
const sampleSize = 64 << 10

var (
	oleMagic     = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1} // [MS-CFB], section 2.2
	zipMagic     = []byte("PK\x03\x04")
	cryptedEntry = utf16Bytes("EncryptedPackage") // [MS-OFFCRYPTO], section 2.3.4.4
)

func utf16Bytes(s string) []byte {
	var b []byte
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

// look reads the file to its end.
func look(ctx context.Context, f *os.File) (*survey, error) {
	s := &survey{utf8: true}
	hash := sha256.New()
	buf, kept := make([]byte, 256<<10), 0
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := f.Read(buf[kept:])
		hash.Write(buf[kept : kept+n])
		chunk := buf[:kept+n]
		s.sample(chunk[kept:])
		kept = s.validate(chunk, err == io.EOF)
		copy(buf, chunk[len(chunk)-kept:])
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	hash.Sum(s.sum[:0])
	return s, nil
}

// sample keeps the head and some pieces that are not ASCII.
func (s *survey) sample(b []byte) {
	if s.size == 0 {
		s.ole = bytes.HasPrefix(b, oleMagic)
	}
	s.size += int64(len(b))
	if s.ole && bytes.Contains(b, cryptedEntry) {
		s.crypted = true
	}
	if room := sampleSize - len(s.head); room > 0 {
		piece := b[:min(room, len(b))]
		for i, c := range piece {
			if c == 0 {
				s.nul[(len(s.head)+i)&1]++
			}
		}
		s.head = append(s.head, piece...)
	}
	s.sampleHigh(b)
}

// sampleHigh keeps the surroundings of bytes above 0x7F: a large file may be
// ASCII for megabytes before its first letter with an accent.
func (s *survey) sampleHigh(b []byte) {
	for len(s.high) < sampleSize {
		i := 0
		for i < len(b) && b[i] < utf8.RuneSelf {
			i++
		}
		if i == len(b) {
			return
		}
		from, to := max(0, i-40), min(len(b), i+200)
		s.high = append(append(s.high, b[from:to]...), '\n')
		b = b[to:]
	}
}

// validate checks the chunk and gives how many bytes at its end begin a
// character that is not complete yet.
func (s *survey) validate(chunk []byte, last bool) int {
	if !s.utf8 {
		return 0
	}
	if last {
		s.utf8 = utf8.Valid(chunk)
		return 0
	}
	cut := len(chunk)
	for back := 1; back <= min(utf8.UTFMax-1, len(chunk)); back++ {
		if utf8.RuneStart(chunk[len(chunk)-back]) {
			if !utf8.FullRune(chunk[len(chunk)-back:]) {
				cut = len(chunk) - back
			}
			break
		}
	}
	s.utf8 = utf8.Valid(chunk[:cut])
	return len(chunk) - cut
}

// wide says whether NUL bytes are so many that the text is UTF-16 or UTF-32
// without a mark, not text with a stray NUL.
func (s *survey) wide() bool {
	return (s.nul[0]+s.nul[1])*10 > len(s.head)*2
}
