package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"tebar/campaign"
)

const planted = "Xk7planted9Qz"

// TestReferences: testdata/references.tsv is held to by campaign/file too.
func TestReferences(t *testing.T) {
	data, err := os.ReadFile("testdata/references.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	for _, line := range lines {
		ref, valid, _ := strings.Cut(line, "\t")
		if err := Check(ref); (err == nil) != (valid == "true") {
			t.Errorf("Check(%q) = %v, want valid %s", ref, err, valid)
		}
	}
	if len(lines) < 25 {
		t.Errorf("only %d references", len(lines))
	}
}

// TestCheckSaysNothing: what is no reference may be the secret itself.
func TestCheckSaysNothing(t *testing.T) {
	for _, ref := range []string{planted, "env:" + planted + "-1", "env:a\n" + planted, planted + ":x", "keyring:" + planted, `command:"` + planted} {
		for _, err := range []error{Check(ref), resolveError(ref)} {
			checkError(t, ref, err, ErrSyntax)
		}
	}
}

func resolveError(ref string) error {
	_, err := Resolve(context.Background(), ref, "", nil)
	return err
}

// checkError wants an error that wraps want, has a hint, and holds no secret.
func checkError(t *testing.T, ref string, err, want error) {
	t.Helper()
	var hint *campaign.HintError
	if !errors.Is(err, want) || !errors.As(err, &hint) || hint.Hint == "" {
		t.Errorf("%s: %v; want %v and a hint", ref, err, want)
		return
	}
	if strings.Contains(err.Error()+hint.Hint, planted) {
		t.Errorf("%s: the secret is in %v, hint %s", ref, err, hint.Hint)
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestResolve(t *testing.T) {
	folder := t.TempDir()
	keyring.MockInit()
	if err := keyring.Set("https://mail.example", "rina", planted); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TEBAR_TEST", planted)
	t.Setenv("TEBAR_SPACES", "abcd efgh ijkl mnop")
	write(t, filepath.Join(folder, "pw"), planted+"\n", 0o600)
	write(t, filepath.Join(folder, "dos"), "\ufeff"+planted+"\r\nuser: rina\r\n", 0o400)
	prompt := func(question string) (string, error) { return planted, nil }
	for ref, want := range map[string]string{
		"env:TEBAR_TEST": planted, "env:TEBAR_SPACES": "abcd efgh ijkl mnop", "file:pw": planted, "file:" + filepath.Join(folder, "pw"): planted, "file:dos": planted,
		"keyring:https://mail.example/rina": planted, "prompt": planted,
		`command:printf '%s\n' "` + planted + `"`: planted, "command:cat pw": planted, `command:sh -c 'echo ` + planted + `; echo user; echo x >&2'`: planted,
	} {
		if runtime.GOOS == "windows" && strings.HasPrefix(ref, "command:") {
			continue
		}
		if got, err := Resolve(context.Background(), ref, folder, prompt); got != want || err != nil {
			t.Errorf("%s = %q, %v; want %q", ref, got, err, want)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	folder := t.TempDir()
	keyring.MockInit()
	t.Setenv("TEBAR_EMPTY", "")
	t.Setenv("TEBAR_LINES", planted+"\n"+planted)
	t.Setenv("TEBAR_ABSENT", "")
	if err := os.Unsetenv("TEBAR_ABSENT"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "group"), planted, 0o640)
	write(t, filepath.Join(folder, "world"), planted, 0o604)
	write(t, filepath.Join(folder, "empty"), "\n", 0o600)
	for ref, want := range map[string]error{
		"env:TEBAR_ABSENT": ErrMissing, "env:TEBAR_EMPTY": ErrEmpty, "env:TEBAR_LINES": ErrSyntax, "file:none": ErrMissing, "file:.": ErrMissing,
		"file:group": ErrOpen, "file:world": ErrOpen, "file:empty": ErrEmpty, "keyring:tebar/nobody": ErrMissing, "prompt": ErrMissing,
		"command:tebar-no-such-program": ErrCommand, "command:true": ErrEmpty, "command:sh -c 'echo " + planted + "; exit 3'": ErrCommand,
		"command:sh -c 'echo " + planted + " >&2; exit 1'": ErrCommand,
	} {
		if runtime.GOOS == "windows" && (strings.HasPrefix(ref, "command:") || want == ErrOpen) {
			continue
		}
		got, err := Resolve(context.Background(), ref, folder, nil)
		checkError(t, ref, err, want)
		if got != "" {
			t.Errorf("%s gives %q beside an error", ref, got)
		}
	}
}

// TestOpenFileHint: the hint can be pasted.
func TestOpenFileHint(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	path := filepath.Join(t.TempDir(), "it's mine")
	write(t, path, planted, 0o644)
	_, err := Resolve(context.Background(), "file:"+path, "", nil)
	var hint *campaign.HintError
	if !errors.As(err, &hint) {
		t.Fatal(err)
	}
	_, chmod, _ := strings.Cut(hint.Hint, ": ")
	if out, err := exec.Command("sh", "-c", chmod).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v %s", chmod, err, out)
	}
	if got, err := Resolve(context.Background(), "file:"+path, "", nil); got != planted || err != nil {
		t.Errorf("after %s: %q, %v", chmod, got, err)
	}
}

// TestCommandEnds: a command that hangs ends with its context, and says so.
func TestCommandEnds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no sleep there")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := Resolve(ctx, "command:sleep 60", "", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not the context's error", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestPromptFails(t *testing.T) {
	_, err := Resolve(context.Background(), "prompt", "", func(string) (string, error) { return "", fmt.Errorf("closed") })
	checkError(t, "prompt", err, ErrMissing)
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"pass show gmail": {"pass", "show", "gmail"}, `a "b c" 'd e'`: {"a", "b c", "d e"}, `a b"c d"e`: {"a", "bc de"}, `a ""`: {"a", ""},
		`C:\bin\pw.exe x`: {`C:\bin\pw.exe`, "x"}, "  a\t b ": {"a", "b"}, `a "it's"`: {"a", "it's"}, "a $HOME ; b": {"a", "$HOME", ";", "b"}, "": nil,
	} {
		if got, err := split(text); strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) || err != nil {
			t.Errorf("split(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}
