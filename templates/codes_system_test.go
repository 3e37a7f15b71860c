//go:build system

package templates

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestCodesAreRead draws codes, and has zbarimg read them, which shares no code
// with what draws.
func TestCodesAreRead(t *testing.T) {
	codes := []struct{ kind, text, read string }{
		{"qr", "A-100", ""},
		{"qr", "12345678901234567890", ""},
		{"qr", "HTTPS://EXAMPLE.ORG/T/7", ""},
		{"qr", "https://example.org/t?id=7&n=A%20b", ""},
		{"qr", "京都 و Ελλάδα 🎫", ""}, // a code does not say that it is UTF-8; zbarimg guesses, and takes ü for Shift-JIS
		{"qr", strings.Repeat("Tebar ", 166), strings.Repeat("Tebar ", 165) + "Tebar"},
		{"code128", "A-100/x~", ""},
		{"code128", "0012345678", ""},
		{"code39", "TICKET-7 B", ""},
		{"ean13", "590123412345", "5901234123457"},
		{"ean13", "5901234123457", ""},
		{"ean8", "9638507", "96385074"},
	}
	dir := t.TempDir()
	for i, c := range codes {
		if c.read == "" {
			c.read = c.text
		}
		address, err := barcodeAddress(c.kind, c.text)
		if err != nil {
			t.Fatal(err)
		}
		_, files, err := draw(string(address), "example.org")
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		path := filepath.Join(dir, strconv.Itoa(i)+".png")
		if err := os.WriteFile(path, files[0].Data, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("zbarimg", "--quiet", "--raw", "--oneshot", path)
		out, err := cmd.Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != c.read {
			t.Errorf("%s of %q reads %q (%v; zbarimg is of Debian's zbar-tools)", c.kind, c.text, got, err)
		}
	}
}
