package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// commandTime is how long a command may take: a password manager may ask its
// owner for a passphrase.
const commandTime = 30 * time.Second

// fromCommand runs a program without a shell. What it prints on stderr is
// thrown away, as it may hold the secret; so is all but its first line.
func fromCommand(ctx context.Context, text, folder string) (string, error) {
	words, err := split(text)
	if err != nil {
		return "", err
	}
	limited, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	var out capped
	cmd := exec.CommandContext(limited, words[0], words[1:]...)
	cmd.Dir, cmd.Stdout, cmd.WaitDelay = folder, &out, time.Second
	if err := cmd.Run(); err != nil {
		return "", commandError(ctx, limited, err, words[0])
	}
	return firstLine(out.Bytes()), nil
}

func commandError(outer, limited context.Context, err error, program string) error {
	var exit *exec.ExitError
	switch {
	case outer.Err() != nil:
		return outer.Err()
	case limited.Err() != nil:
		return hint("run the command by hand and see what it waits for", "%w within %s", ErrCommand, commandTime)
	case errors.Is(err, exec.ErrNotFound):
		return hint("install "+program+", or write its full path", "%w: no such program", ErrCommand)
	case errors.As(err, &exit):
		return hint("run the command by hand: it must print the password and end with 0",
			"%w: it ended with %d", ErrCommand, exit.ExitCode())
	}
	return hint("run the command by hand: it must print the password and end with 0", "%w: it did not start", ErrCommand)
}

// capped keeps the first maxSecret bytes and drops the rest.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := maxSecret - c.Len(); room > 0 {
		c.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// split cuts a command into words at spaces. Single and double quotes hold a
// word together and are taken off; nothing else is special, so that a Windows
// path needs no doubling of backslashes.
func split(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case quote == 0 && (r == ' ' || r == '\t'):
			if open {
				words = append(words, word.String())
			}
			open = false
			word.Reset()
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a %c in the command is never closed: %w", quote, ErrSyntax)
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}
