package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestIsReference: package secret is held to the same table, so that a file
// that was accepted resolves, and one that resolves is accepted.
func TestIsReference(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "secret", "testdata", "references.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		ref, valid, _ := strings.Cut(line, "\t")
		if isReference(ref) != (valid == "true") {
			t.Errorf("isReference(%q) is not %s", ref, valid)
		}
	}
}
