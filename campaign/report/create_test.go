package report_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/campaign/report"
)

func say(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestCreateIsWholeOrNotThere(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "report.csv")
	broken := errors.New("the store is gone")
	half := func(w io.Writer) error { return errors.Join(say("half")(w), broken) }

	if err := report.Create(path, half); !errors.Is(err, broken) {
		t.Errorf("a broken write gives %v", err)
	}
	wantFiles(t, folder, map[string]string{})
	if err := report.Create(path, say("first")); err != nil {
		t.Fatal(err)
	}
	if err := report.Create(path, half); !errors.Is(err, broken) {
		t.Errorf("a broken write gives %v", err)
	}
	wantFiles(t, folder, map[string]string{"report.csv": "first"})
	if err := report.Create(path, say("second")); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, folder, map[string]string{"report.csv": "second"})
}

func wantFiles(t *testing.T, folder string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("the folder has %v, want %v", entries, want)
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || string(got) != text {
			t.Errorf("%s has %q, %v; want %q", name, got, err, text)
		}
	}
}

func TestCreateFollowsLinksAndLeavesDevices(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target.csv"), filepath.Join(folder, "link.csv")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := report.Create(link, say("new")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "new" {
		t.Errorf("the link's target has %q", got)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}

	device := filepath.Join(folder, "device")
	if err := os.Symlink(os.DevNull, device); err != nil {
		t.Fatal(err)
	}
	if err := report.Create(device, say("x")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Fatalf("the null device is no device any more: %v, %v", info, err)
	}
}

func TestCreateSaysWhatToDo(t *testing.T) {
	folder := t.TempDir()
	var hint *campaign.HintError
	if err := report.Create(folder, say("x")); !errors.As(err, &hint) || hint.Hint == "" {
		t.Errorf("a folder: %v", err)
	}
	missing := filepath.Join(folder, "no", "report.csv")
	if err := report.Create(missing, say("x")); !errors.As(err, &hint) || !strings.HasPrefix(err.Error(), "writing report: "+missing+": ") {
		t.Errorf("a missing folder: %v", err)
	}
}
