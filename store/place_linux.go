package store

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// networkMagics are the file systems of statfs(2) that other machines write to.
var networkMagics = map[uint32]string{
	unix.NFS_SUPER_MAGIC:  "NFS",
	unix.SMB_SUPER_MAGIC:  "SMB",
	unix.SMB2_SUPER_MAGIC: "SMB",
	unix.CIFS_SUPER_MAGIC: "CIFS",
	unix.V9FS_MAGIC:       "9P",
	unix.CEPH_SUPER_MAGIC: "Ceph",
	unix.CODA_SUPER_MAGIC: "Coda",
	unix.AFS_SUPER_MAGIC:  "AFS",
	unix.AFS_FS_MAGIC:     "AFS",
}

// networkFuse are the FUSE file systems that are remote; ntfs-3g, say, is not.
var networkFuse = []string{"sshfs", "rclone", "s3fs", "gcsfuse", "davfs", "curlftpfs", "glusterfs", "smbnetfs", "google-drive-ocamlfuse"}

// networkFS names the network file system that holds path; "" if it is local.
func networkFS(path string) string {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil {
		return ""
	}
	if uint32(st.Type) != unix.FUSE_SUPER_MAGIC {
		return networkMagics[uint32(st.Type)]
	}
	kind := strings.TrimPrefix(mountType(path), "fuse.")
	for _, name := range networkFuse {
		if kind == name {
			return name
		}
	}
	return ""
}

// mountType is the type of the mount that holds path, "fuse.sshfs", out of
// proc(5)'s /proc/self/mounts: device, folder, type, ...; the longest folder
// that is a prefix wins, the later of two alike.
func mountType(path string) string {
	text, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ""
	}
	best, kind := "", ""
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 3 || len(f[1]) < len(best) {
			continue
		}
		folder := strings.ReplaceAll(f[1], `\040`, " ")
		if path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/") {
			best, kind = folder, f[2]
		}
	}
	return kind
}
