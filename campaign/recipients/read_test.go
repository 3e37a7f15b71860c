package recipients

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
)

func TestPaths(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	list := "email\nana@example.org\n"
	for _, path := range []string{filepath.Join(folder, "in.csv"), filepath.Join(outside, "out.csv"), filepath.Join(folder, "..in.csv")} {
		if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	links := map[string]string{"link-out.csv": filepath.Join(outside, "out.csv"), "link-in.csv": filepath.Join(folder, "in.csv"), "loop.csv": "loop.csv", "up": outside}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	for name, want := range map[string]string{
		"in.csv": "", "./in.csv": "", "link-in.csv": "", "..in.csv": "", filepath.Join(folder, "in.csv"): "",
		filepath.Join(outside, "out.csv"): "outside", "link-out.csv": "outside", "up/out.csv": "outside",
		"../" + filepath.Base(outside) + "/out.csv": "outside", "loop.csv": "cannot be read", "none.csv": "no such file",
		".": "is a folder", "in.csv/x.csv": "cannot be read",
	} {
		_, result := readLists(t, folder, campaign.List{File: name})
		if want == "" && result.Messages != 1 || want != "" && (len(result.Problems) != 1 || !strings.Contains(result.Problems.Error(), want)) {
			t.Errorf("%s: %d messages, %v; want %q", name, result.Messages, result.Problems, want)
		}
		if strings.Contains(want, "outside") {
			if _, result := readWith(t, Options{Folder: folder, AllowOutside: true}, campaign.List{File: name}); result.Messages != 1 {
				t.Errorf("%s with allow_outside: %v", name, result.Problems)
			}
		}
	}
}

func TestPipesAreRefused(t *testing.T) {
	if _, err := os.Stat("/dev/null"); err != nil {
		t.Skip("no /dev/null here")
	}
	_, result := readWith(t, Options{AllowOutside: true}, campaign.List{File: "/dev/null"})
	says(t, result, campaign.Error, "a pipe or a device")
}

func TestHeaders(t *testing.T) {
	lists := []campaign.List{{File: "semicolon.csv"}, {File: "none.csv"}, {File: "headings.csv"}, {File: "open-quote.csv"}}
	sources, problems, err := Headers(t.Context(), lists, Options{Folder: "testdata"})
	if err != nil || len(sources) != 4 || !slices.Equal(sources[0].Columns, []string{"Nama", "Alamat e-mail", "Catatan"}) ||
		sources[0].EmailIndex != 1 || sources[1].File != "none.csv" || len(sources[1].Columns) != 0 || sources[0].Delimiter != ";" {
		t.Errorf("%+v, %v", sources, err)
	}
	if problems.Errors() != 2 {
		t.Errorf("%v", problems)
	}
}

func TestFingerprint(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file("a.csv", "email\nana@example.org\n")
	file("done.csv", "email\nbudi@example.org\n")
	lists := []campaign.List{{File: "a.csv", Exclude: []campaign.Exclude{{File: "done.csv"}, {Campaign: "invite"}}}}
	opts := Options{Folder: folder, Campaign: func(context.Context, string, []campaign.State) (iter.Seq2[string, error], error) {
		return func(func(string, error) bool) {}, nil
	}}
	seen := map[string]string{}
	for _, step := range []struct {
		name   string
		change func()
	}{
		{"as it is", func() {}},
		{"the list", func() { file("a.csv", "email\nana@example.net\n") }},
		{"the exclude file", func() { file("done.csv", "email\n") }},
	} {
		name := step.name
		step.change()
		sum, err := Fingerprint(lists, opts)
		if err != nil || len(sum) != 64 || seen[sum] != "" {
			t.Errorf("%s: %s, %v; like %s", name, sum, err, seen[sum])
		}
		seen[sum] = name
		if _, result := readWith(t, opts, lists...); result.ListSHA256 != sum {
			t.Errorf("%s: Read says %s", name, result.ListSHA256)
		}
	}
	if err := os.Remove(filepath.Join(folder, "done.csv")); err != nil {
		t.Fatal(err)
	}
	var p campaign.Problem
	if _, err := Fingerprint(lists, opts); !errors.As(err, &p) || p.File != "done.csv" {
		t.Errorf("a missing file: %v", err)
	}
	if _, result := readWith(t, opts, lists...); result.ListSHA256 != "" || result.Problems.Errors() != 1 {
		t.Errorf("%+v", result)
	}
}

func TestChangedWhileRead(t *testing.T) {
	path := write(t, "people.csv", "email\nana@example.org\nbudi@example.org\n")
	result, err := Read(t.Context(), []campaign.List{{File: "people.csv"}}, Options{Folder: filepath.Dir(path)}, func(campaign.Entry) error {
		return os.WriteFile(path, []byte("email\n"), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	says(t, result, campaign.Error, "changed while it was read")
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Read(ctx, []campaign.List{{File: "guests.csv"}}, Options{Folder: "testdata"}, func(campaign.Entry) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	broken := errors.New("the store is gone")
	opts := Options{Folder: "testdata", Campaign: func(context.Context, string, []campaign.State) (iter.Seq2[string, error], error) {
		return func(yield func(string, error) bool) { yield("", broken) }, nil
	}}
	lists := []campaign.List{{File: "guests.csv", Exclude: []campaign.Exclude{{Campaign: "invite"}}}}
	if _, err := Read(t.Context(), lists, opts, func(campaign.Entry) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("a store that breaks: %v", err)
	}
}

func TestShownSafely(t *testing.T) {
	for in, want := range map[string]string{
		"a": `"a"`, `a"b`: `"a'b"`, "a\nb": `"a\nb"`, "\x1b[31m": `"\x1b[31m"`, "é": `"é"`, "\u202eabc": `"\u202eabc"`,
		strings.Repeat("é", 70): `"` + strings.Repeat("é", 60) + `"...`, "\xff": `"` + "\uFFFD" + `"`,
	} {
		if got := shown(in); got != want {
			t.Errorf("shown(%q) = %s, not %s", in, got, want)
		}
	}
}

// Names of people come out on one line, whatever the cell holds.
func TestDisplayNames(t *testing.T) {
	path := write(t, "people.csv", "email,name\na@example.org,\"Rina\r\nBcc: x@example.org\"\n\"\"\"Wijaya, Ana\"\" <b@example.org>\", Ana\tW \n")
	entries, _ := readLists(t, filepath.Dir(path), campaign.List{File: "people.csv", Name: "name"})
	if len(entries) != 2 || entries[0].Name != "Rina Bcc: x@example.org" || entries[1].Name != "Ana W" || entries[1].Address != "b@example.org" {
		t.Errorf("%+v", entries)
	}
}
