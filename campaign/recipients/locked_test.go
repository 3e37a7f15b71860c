package recipients

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// locked saves a workbook under a password.
func locked(t *testing.T, f *excelize.File, password string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.xlsx")
	if err := f.SaveAs(path, excelize.Options{Password: password}); err != nil {
		t.Fatal(err)
	}
	return path
}

// gives is a source of one secret; it fails where another reference is asked.
func gives(t *testing.T, secret string) func(context.Context, string, string) (string, error) {
	return func(_ context.Context, ref, name string) (string, error) {
		if ref != "env:LIST" || name != "people.xlsx" {
			t.Errorf("asked for %s of %s", ref, name)
		}
		return secret, nil
	}
}

func TestLockedWorkbook(t *testing.T) {
	path := locked(t, people(t), "open sesame")
	list := campaign.List{File: "people.xlsx", Password: "env:LIST", Range: "A1:B3"}
	entries, result := readWith(t, Options{Folder: filepath.Dir(path), Password: gives(t, "open sesame")}, list)
	if len(result.Problems) > 0 || len(entries) != 2 || entries[1].Address != "budi@example.org" || entries[1].Number != 3 {
		t.Error(entries, result)
	}
	if left := leftovers(t, path); len(left) != 1 {
		t.Errorf("beside the workbook stand %v", left)
	}
}

// leftovers are the files beside a list.
func leftovers(t *testing.T, path string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A locked workbook whose sheet is not plain goes through excelize.
func TestLockedUnusualWorkbook(t *testing.T) {
	plain := rewrite(t, people(t), sheet1, func(b []byte) []byte {
		return bytes.Replace(b, []byte("<sheetData>"), []byte("<!-- by hand --><sheetData>"), 1)
	})
	raw, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	text, err := excelize.Encrypt(raw, &excelize.Options{Password: "s"})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "people.xlsx", string(text))
	entries, result := readWith(t, Options{Folder: filepath.Dir(path), Password: gives(t, "s")}, campaign.List{File: "people.xlsx", Password: "env:LIST"})
	if len(result.Problems) > 0 || len(entries) != 3 {
		t.Error(entries, result)
	}
}

func TestLockedRefusals(t *testing.T) {
	path := locked(t, people(t), "open sesame")
	none := func(context.Context, string, string) (string, error) {
		return "", &campaign.HintError{Err: errors.New("LIST is not set"), Hint: "set LIST"}
	}
	for _, c := range []struct {
		name, ref  string
		secret     func(context.Context, string, string) (string, error)
		want, hint string
	}{
		{"no key", "", gives(t, "open sesame"), "is a workbook locked with a password", "`password: env:NAME`"},
		{"wrong", "env:LIST", gives(t, "open barley"), "the password is wrong", "`password: env:LIST`"},
		{"empty", "env:LIST", gives(t, ""), "its password is empty", "env:LIST"},
		{"not set", "env:LIST", none, "its password cannot be had: LIST is not set", "set LIST"},
		{"nobody to ask", "env:LIST", nil, "cannot be asked for here", "without a password"},
	} {
		_, result := readWith(t, Options{Folder: filepath.Dir(path), Password: c.secret}, campaign.List{File: "people.xlsx", Password: c.ref})
		if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Message, c.want) || !strings.Contains(result.Problems[0].Hint, c.hint) {
			t.Errorf("%s: %+v", c.name, result.Problems)
		}
		if strings.Contains(result.Problems.Error(), "barley") || strings.Contains(result.Problems[0].Hint, "barley") {
			t.Errorf("%s tells the password: %v", c.name, result.Problems)
		}
	}
}

// What is decrypted is held to the limits of any workbook.
func TestLockedBomb(t *testing.T) {
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	part, err := w.Create("xl/media/picture.bin")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range maxUnzipped>>20 + 1 {
		if _, err := part.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := excelize.Encrypt(bomb.Bytes(), &excelize.Options{Password: "s"})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "people.xlsx", string(text))
	_, result := readWith(t, Options{Folder: filepath.Dir(path), Password: gives(t, "s")}, campaign.List{File: "people.xlsx", Password: "env:LIST"})
	says(t, result, campaign.Error, "the workbook is too large")
}

// A locked workbook cut or changed anywhere is refused, and panics nowhere.
func TestLockedDamage(t *testing.T) {
	whole, err := os.ReadFile(locked(t, people(t), "s"))
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(text []byte, what string, at int) {
		t.Helper()
		path := write(t, "people.xlsx", string(text))
		_, result := readWith(t, Options{Folder: filepath.Dir(path), Password: gives(t, "s")}, campaign.List{File: "people.xlsx", Password: "env:LIST"})
		if result.Problems.Errors() == 0 && result.Rows != 3 {
			t.Errorf("%s at %d: %d rows, %v", what, at, result.Rows, result.Problems)
		}
	}
	for n := 600; n < len(whole); n += len(whole) / 23 {
		refuse(whole[:n], "cut", n)
		changed := bytes.Clone(whole)
		changed[n] ^= 0xFF
		refuse(changed, "changed", n)
	}
}

func TestLockedExclude(t *testing.T) {
	f := people(t)
	path := locked(t, f, "s")
	folder := filepath.Dir(path)
	if err := os.WriteFile(filepath.Join(folder, "all.csv"), []byte("email\nana@example.org\neka@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	exclude := campaign.Exclude{File: "people.xlsx"}
	list := campaign.List{File: "all.csv", Exclude: []campaign.Exclude{exclude}}
	_, result := readWith(t, Options{Folder: folder, Password: gives(t, "s")}, list)
	says(t, result, campaign.Error, "is a workbook locked with a password")
	list.Exclude[0].Password = "env:LIST"
	_, result = readWith(t, Options{Folder: folder, Password: gives(t, "s")}, list)
	if len(result.Problems) > 0 || result.Messages != 1 || result.Skipped != 1 {
		t.Error(result)
	}
}

// Another program's encryption.
func TestLockedCorpus(t *testing.T) {
	path := filepath.Join(corpora(t, "xlsx"), "protected_passtika.xlsx")
	secret := func(context.Context, string, string) (string, error) { return "tika", nil }
	_, result := readWith(t, Options{Folder: filepath.Dir(path), Password: secret}, campaign.List{File: filepath.Base(path), Password: "env:LIST"})
	if result.Sources[0].Format != "xlsx" || strings.Contains(result.Problems.Error(), "password") {
		t.Error(result.Problems)
	}
}
