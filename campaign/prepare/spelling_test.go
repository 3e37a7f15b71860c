package prepare

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/unicode/norm"

	"tebar/campaign"
)

// TestFileNamesOfAMac: a file whose name has its accents apart is found by one
// that has them in one character, and the other way round.
func TestFileNamesOfAMac(t *testing.T) {
	dir := t.TempDir()
	composed, apart := norm.NFC.String("Jürgen/résumé.pdf"), norm.NFD.String("Zoë/café.pdf")
	for _, name := range []string{norm.NFD.String(composed), norm.NFC.String(apart)} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := &Prepared{Campaign: &campaign.Campaign{Folder: dir}}
	for _, name := range []string{composed, apart} {
		if _, _, err := p.stat(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, _, err := p.stat("Jürgen/other.pdf"); err == nil {
		t.Error("a file is found that is not there")
	}
}
