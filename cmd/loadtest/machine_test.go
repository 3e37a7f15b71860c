package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFileSystemIn(t *testing.T) {
	const mounts = `24 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 24 0:25 / /tmp rw,nosuid - tmpfs tmpfs rw,size=10k
31 24 0:26 / /data/my\040disk rw shared:9 master:2 - xfs /dev/vdb rw
32 24 0:27 / /data rw - btrfs /dev/vdc rw
33 24 0:28 / /data rw - zfs pool rw
broken
`
	for folder, want := range map[string]string{
		"/":                      "ext4",
		"/home/no-such/x":        "ext4",
		"/tmp":                   "tmpfs",
		"/tmp/no-such":           "tmpfs",
		"/tmpx-no-such":          "ext4",
		"/data/my disk/no-such":  "xfs",
		"/data/my disks/no-such": "zfs", // mounted over the other
	} {
		if got := fileSystemIn(mounts, folder); got != want {
			t.Errorf("%s is on %q, want %q", folder, got, want)
		}
	}
	if got := fileSystemIn("", "/"); got != "" {
		t.Errorf("without mounts: %q", got)
	}
}

func TestLastCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	long := ""
	for range 200 {
		long += "sess=4 quit=3 mesg=41\r"
	}
	for text, want := range map[string]int{
		"":                                  0,
		"sess=1 quit=0 mesg=0\r":            0,
		"sess=1 quit=0 mesg=7\r":            7,
		long + "sess=4 quit=4 mesg=5000\r":  5000,
		long + "sess=4 quit=4 mesg=42\rses": 42,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := lastCount(path); err != nil || got != want {
			t.Errorf("%d, %v; want %d", got, err, want)
		}
	}
}
