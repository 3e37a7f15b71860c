package store

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// networkFS names the network drive or share that holds path; "" if local.
func networkFS(path string) string {
	volume := filepath.VolumeName(path)
	if strings.HasPrefix(volume, `\\`) {
		return volume
	}
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return volume
	}
	return ""
}
