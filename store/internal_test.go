package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tebar/campaign"
)

func TestAge(t *testing.T) {
	noon := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	now := moment{noon, "b", 10 * time.Hour}
	for name, c := range map[string]struct {
		then moment
		want time.Duration
	}{
		"both clocks agree":        {moment{noon.Add(-time.Hour), "b", 9 * time.Hour}, time.Hour},
		"wall was set forward":     {moment{noon.Add(-50 * time.Hour), "b", 9 * time.Hour}, time.Hour},
		"wall was set back":        {moment{noon.Add(-time.Minute), "b", 5 * time.Hour}, 285 * time.Minute},
		"wall was set back a bit":  {moment{noon.Add(-119 * time.Minute), "b", 8 * time.Hour}, 119 * time.Minute},
		"wall was set back a year": {moment{noon.AddDate(1, 0, 0), "b", 8 * time.Hour}, 114 * time.Minute},
		"another boot":             {moment{noon.Add(-50 * time.Hour), "a", 9 * time.Hour}, 50 * time.Hour},
		"no boot clock":            {moment{at: noon.Add(-50 * time.Hour)}, 50 * time.Hour},
		"in the future":            {moment{noon.Add(time.Hour), "b", 9 * time.Hour}, 57 * time.Minute},
		"in the future of boot":    {moment{noon.Add(-time.Hour), "b", 11 * time.Hour}, 0},
		"in another boot's future": {moment{noon.Add(time.Hour), "a", 0}, 0},
	} {
		if got := now.age(c.then); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"A.B+c@googlemail.com", "@Example.org", "a@b@gmail.com", "+@gmail.com", ".@gmail.com", "x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		once := fold(address)
		if twice := fold(once); twice != once {
			t.Errorf("fold(%q) = %q, again %q", address, once, twice)
		}
	})
}

func TestSynchronised(t *testing.T) {
	for path, want := range map[string]bool{
		"/home/rina/OneDrive/t.db": true, "/home/rina/OneDrive - Example/t.db": true, "/home/rina/dropbox/t.db": true,
		"/home/rina/Dropbox (Personal)/t.db": true, "/Users/r/Library/CloudStorage/GoogleDrive-r@gmail.com/t.db": true,
		"/home/rina/.local/state/tebar/tebar.db": false, "/home/rina/dropboxes/t.db": false, "/srv/drive/t.db": false,
	} {
		if got := synchronised(path) != ""; got != want {
			t.Errorf("synchronised(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestIDDomain(t *testing.T) {
	for from, want := range map[string]string{
		"rina@Example.org": "example.org", "rina@xn--bcher-kva.example": "xn--bcher-kva.example",
		"rina@bücher.example": "tebar.invalid", "rina@": "tebar.invalid", "r@a b": "tebar.invalid",
	} {
		if got := idDomain(from); got != want {
			t.Errorf("idDomain(%q) = %q, want %q", from, got, want)
		}
	}
}

// Every verdict has a way from sending, and as a late outcome from unconfirmed.
func TestVerdictsAreLegal(t *testing.T) {
	for verdict, to := range verdicts {
		if !campaign.CanMove(campaign.Sending, to) {
			t.Errorf("%s: no way from sending to %s", verdict, to)
		}
		if to != campaign.Unconfirmed && !campaign.CanMove(campaign.Unconfirmed, to) {
			t.Errorf("%s: no way from unconfirmed to %s", verdict, to)
		}
	}
}

// With synchronous=NORMAL a power cut loses the mark, and the message goes
// out twice: every connection that writes has FULL (2).
func TestPragmas(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000", "secure_delete": "1",
	} {
		for _, q := range []querier{s.commits.writer, s.stage} {
			var got string
			if err := q.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %s, want %s (%v)", name, got, want, err)
			}
		}
	}
	if _, err := s.read.ExecContext(t.Context(), `DELETE FROM meta`); err == nil {
		t.Error("a reader may write")
	}
}

// What the system says about the disk comes with its name and a way on, also
// where no SQL is at work.
func TestExplain(t *testing.T) {
	for cause, want := range map[error]error{
		syscall.ENOSPC: ErrFull,
		syscall.EIO:    ErrDisk,
		syscall.EROFS:  ErrReadOnly,
		syscall.EACCES: ErrReadOnly,
	} {
		err := explain("tebar.db", &fs.PathError{Op: "open", Path: "tebar.db.locks", Err: cause})
		var hint *campaign.HintError
		if !errors.Is(err, want) || !errors.As(err, &hint) || hint.Hint == "" {
			t.Errorf("%v: %v, want %v with a hint", cause, err, want)
		}
	}
}

// A look goes on where the last one was cut off, or behind the part that it
// had done.
func TestLookInTurn(t *testing.T) {
	parts := []part{{name: "a"}, {name: "b"}, {name: "c"}}
	for last, want := range map[progress]string{
		{}: "abc", {Part: "a"}: "abc", {Part: "b"}: "bca", {Part: "c"}: "cab", {Part: "gone"}: "abc",
		{Part: "a", Done: true}: "bca", {Part: "b", Done: true}: "cab", {Part: "c", Done: true}: "abc",
	} {
		got := ""
		for _, p := range inTurn(parts, last) {
			got += p.name
		}
		if got != want {
			t.Errorf("behind %+v: %s, want %s", last, got, want)
		}
	}
}
