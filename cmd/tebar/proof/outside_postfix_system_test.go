//go:build system

package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestPostfix sends every mailing through Postfix into mailboxes of both kinds,
// and takes out what Tebar has rendered: the SHA-256 of the report is that of
// the message in the mailbox, less what the servers have put on top. The strict
// reader then reads those.
func TestPostfix(t *testing.T) {
	p := newPostfix(t)
	count, kinds := 0, mailings(t)
	for _, ml := range kinds {
		t.Run(ml.name, func(t *testing.T) {
			p.empty(t)
			x := ml.laid(t, fmt.Sprintf("sender: {provider: smtp, host: 127.0.0.1, port: %d, security: none, auth: none}\n", p.port))
			all := x.sent()
			x.collect(all, p.taken(t, len(all)*x.letter.copies()), x.letter.copies())
			for _, one := range all {
				if sum := sha256.Sum256(one.raw); hex.EncodeToString(sum[:]) != one.SHA256 {
					t.Errorf("%s: not as it was sent:\n%.3000s", one.Email, one.raw)
				}
			}
			x.readStrictly(all)
			count += len(all)
		})
	}
	figures(t, "through Postfix", "%d messages of %d kinds of letter over SMTP into Maildir and mbox: every byte as it was rendered, and read without a defect", count, len(kinds))
}

// A postfix is a mail server of its own: configuration, queue and mailboxes in
// one folder. Mail to example.com goes into one file, as mailboxes of old (RFC
// 4155); any other into files of its own, in a folder (Maildir).
type postfix struct {
	folder string
	port   int
}

const postfixMain = `compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = FOLDER
maillog_file = FOLDER/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
virtual_mailbox_domains = regexp:FOLDER/etc/domains
virtual_mailbox_maps = regexp:FOLDER/etc/boxes
virtual_mailbox_base = FOLDER/box
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
`

const postfixMaster = `127.0.0.1:PORT inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`

// newPostfix starts one, and ends it with the test.
func newPostfix(t *testing.T) *postfix {
	t.Helper()
	p := &postfix{folder: inMemory(t), port: freePort(t)}
	p.shell(t, `cd "$1" && mkdir etc queue data box && chmod 755 . * && chown postfix data && chown nobody box`)
	settings := strings.NewReplacer("FOLDER", p.folder, "PORT", fmt.Sprint(p.port))
	for name, text := range map[string]string{
		"etc/main.cf": postfixMain, "etc/master.cf": postfixMaster,
		"etc/domains": "/./ here\n", "etc/boxes": "/@example\\.com$/ mbox\n/./ maildir/\n",
	} {
		if err := os.WriteFile(filepath.Join(p.folder, name), []byte(settings.Replace(text)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.shell(t, `postfix -c "$1/etc" check`)
	p.live(t)
	return p
}

// shell is for what only root can do.
func (p *postfix) shell(t *testing.T, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", script, "sh", p.folder)
	cmd.Env = append(cmd.Environ(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: root and Debian's postfix are needed, as .ci/packages installs it\n%s%s", err, out, p.log())
	}
}

// live starts the master, which ends with all it has started.
func (p *postfix) live(t *testing.T) {
	t.Helper()
	cmd := exec.Command("/usr/lib/postfix/sbin/master", "-c", filepath.Join(p.folder, "etc"), "-d")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	until(t, "postfix listens", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func (p *postfix) log() []byte {
	text, _ := os.ReadFile(filepath.Join(p.folder, "log"))
	return text
}

// empty takes away what is in the mailboxes.
func (p *postfix) empty(t *testing.T) {
	p.shell(t, `rm -rf "$1"/box/*`)
}

// envelope is the line in front of each message of an mbox.
var envelope = regexp.MustCompile(`(?m)^From \S+  [A-Z][a-z]{2} [A-Z][a-z]{2} .*\n`)

// taken waits until n messages are there, and gives the files that hold them.
func (p *postfix) taken(t *testing.T, n int) []string {
	t.Helper()
	var files []string
	var old []byte
	until(t, fmt.Sprintf("%d messages in the mailboxes", n), func() bool {
		files, _ = filepath.Glob(filepath.Join(p.folder, "box/maildir/new/*"))
		old, _ = os.ReadFile(filepath.Join(p.folder, "box/mbox"))
		queued, _ := filepath.Glob(filepath.Join(p.folder, "queue/active/*"))
		return len(queued) == 0 && len(files)+len(envelope.FindAll(old, -1)) >= n
	})
	if t.Failed() {
		t.Fatalf("%.5000s", p.log())
	}
	for i, at := range envelope.FindAllIndex(old, -1) {
		one, rest := old[at[1]:], envelope.FindIndex(old[at[1]:])
		if rest != nil {
			one = one[:rest[0]]
		}
		name := filepath.Join(p.folder, "box", fmt.Sprintf("%d.eml", i))
		if err := os.WriteFile(name, bytes.TrimSuffix(one, []byte("\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return files
}

// freePort is one of 127.0.0.1 that nobody has.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
