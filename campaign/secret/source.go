package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/zalando/go-keyring"
)

// maxSecret is the most that is read of a file or a command: 64 KB.
const maxSecret = 64 << 10

func fromEnv(name string) (string, error) {
	text, ok := os.LookupEnv(name)
	if !ok {
		return "", hint("set it first: export "+name+"=... (in PowerShell: $env:"+name+" = \"...\")",
			"the variable is not set: %w", ErrMissing)
	}
	return text, nil
}

// fromFile reads the first line of a regular file that its owner alone can read.
func fromFile(name, folder string) (string, error) {
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fileError(err, path)
	}
	if !info.Mode().IsRegular() {
		return "", hint("name a file that holds the password alone", "%s is not a file: %w", path, ErrMissing)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", hint("make it private: chmod 600 "+quote(path),
			"%w (its mode is %04o)", ErrOpen, info.Mode().Perm())
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fileError(err, path)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return "", fileError(err, path)
	}
	return firstLine(data), nil
}

func fileError(err error, path string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return hint("write the password into "+path+", then: chmod 600 "+quote(path), "no such file: %w", ErrMissing)
	case errors.Is(err, fs.ErrPermission):
		return hint("the user that runs tebar must own it: chown \"$USER\" "+quote(path), "no permission: %w", ErrMissing)
	}
	return hint("look at the disk and at "+path, "%w: %w", ErrMissing, err)
}

// quote makes a path safe to paste into a POSIX shell.
func quote(path string) string {
	if !strings.ContainsAny(path, " \t'\"$&|;<>()*?[]#~`\\!{}") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func firstLine(data []byte) string {
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimPrefix(line, "\ufeff")
}

func fromKeyring(rest string) (string, error) {
	service, user, _ := cutKeyring(rest)
	text, err := keyring.Get(service, user)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", hint(addToKeyring(service, user), "the keyring has no such entry: %w", ErrMissing)
	case err != nil:
		return "", hint("where nobody is logged in on a desktop there is no keyring: use env:NAME or file:PATH",
			"the keyring does not answer: %w", ErrMissing)
	}
	return text, nil
}

// addToKeyring is the command that writes an entry where go-keyring reads it.
func addToKeyring(service, user string) string {
	switch runtime.GOOS {
	case "darwin":
		return fmt.Sprintf("add it: security add-generic-password -s %s -a %s -w", quote(service), quote(user))
	case "windows":
		return fmt.Sprintf("add it: cmdkey /generic:%s:%s /user:%s /pass", service, user, user)
	}
	return fmt.Sprintf("add it: secret-tool store --label=tebar service %s username %s", quote(service), quote(user))
}

func fromPrompt(prompt Prompt) (string, error) {
	if prompt == nil {
		return "", hint("run tebar on a terminal, or use env:NAME, file:PATH, command:PROGRAM or keyring:SERVICE/USER",
			"there is no terminal to ask on: %w", ErrMissing)
	}
	text, err := prompt("Password: ")
	if err != nil {
		return "", hint("type the password, then Enter", "%w: %w", ErrMissing, err)
	}
	return text, nil
}
