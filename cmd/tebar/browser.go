package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"runtime"
)

// openInBrowser hands a file to what the system opens pages with, and does not
// wait for it.
func openInBrowser(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	name, args := "xdg-open", []string{path}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", path}
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
