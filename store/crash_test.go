package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// The child of these tests is this program itself: it sends a campaign into a
// file, one line per message that arrives, until no message is due.
const childEnv = "TEBAR_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(takerEnv); path != "" {
		if err := take(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if args := os.Getenv(childEnv); args != "" {
		path, name, _ := strings.Cut(args, "|")
		if err := child(path, name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(path, name string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, path, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.Runner(ctx, name, time.Now())
	if err != nil {
		return err
	}
	defer r.Close()
	mailbox, err := os.OpenFile(path+".mailbox", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer mailbox.Close()
	for {
		c, slot, err := r.Claim(ctx, time.Now(), storetest.Decide)
		if errors.Is(err, campaign.ErrComplete) || err == nil && slot.Code == campaign.CodeLimit {
			return nil
		}
		if err == nil {
			err = r.Mark(ctx, c)
		}
		if err == nil {
			_, err = fmt.Fprintf(mailbox, "%s %s\n", name, c.Recipient.Address)
		}
		if err == nil {
			err = r.Record(ctx, c, campaign.Outcome{Verdict: campaign.Accepted}, time.Now())
		}
		if err != nil {
			return err
		}
	}
}

func spawn(t *testing.T, path, name string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+path+"|"+name)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

// arrived counts the lines of the mailbox.
func arrived(t *testing.T, path string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(path + ".mailbox")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	n := map[string]int{}
	for line := range strings.Lines(string(data)) {
		n[strings.TrimSpace(line)]++
	}
	return n
}

// TestKilled kills the process at random moments, again and again: nothing
// arrives twice, nothing is lost, and no more are in doubt than kills.
func TestKilled(t *testing.T) {
	path := filepath.Join(memory(t), "tebar.db")
	s := open(t, path)
	if err := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(400), time.Now()).Close(); err != nil {
		t.Fatal(err)
	}
	kills := 0
	for round := range 1000 { // each has longer than the one before
		cmd, out := spawn(t, path, "spring")
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			checkKilled(t, s, path, kills)
			return
		case <-time.After(time.Duration(10+rand.IntN(60)+round*round/4) * time.Millisecond):
			_ = cmd.Process.Kill()
			<-done
			kills++
		}
	}
	t.Fatal("never finished")
}

func checkKilled(t *testing.T, s *store.Store, path string, kills int) {
	t.Helper()
	n, doubtful := arrived(t, path), 0
	for d, err := range s.Deliveries(t.Context(), "spring", nil) {
		if err != nil {
			t.Fatal(err)
		}
		got := n["spring "+d.Email]
		switch d.State {
		case campaign.Sent:
			if got != 1 {
				t.Errorf("%s is sent and arrived %d times", d.Email, got)
			}
		case campaign.Unconfirmed:
			doubtful++
			if got > 1 {
				t.Errorf("%s arrived %d times", d.Email, got)
			}
		default:
			t.Errorf("%s is %s at the end", d.Email, d.State)
		}
	}
	if doubtful > kills {
		t.Errorf("%d unconfirmed after %d kills", doubtful, kills)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	t.Logf("%d kills, %d unconfirmed, %d arrived", kills, doubtful, len(n))
}

// TestProcessesShareTheLimit sends three campaigns of one account at once.
func TestProcessesShareTheLimit(t *testing.T) {
	path := filepath.Join(memory(t), "tebar.db")
	s := open(t, path)
	names := []string{"one", "two", "three"}
	for _, name := range names {
		if err := storetest.Start(t, s, storetest.Snapshot(name, "30/24h"), storetest.People(40), time.Now()).Close(); err != nil {
			t.Fatal(err)
		}
	}
	var cmds []*exec.Cmd
	for _, name := range names {
		cmd, out := spawn(t, path, name)
		cmds = append(cmds, cmd)
		defer func() {
			if out.Len() > 0 {
				t.Errorf("%s: %s", name, out)
			}
		}()
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := len(arrived(t, path)); n != 30 {
		t.Errorf("%d arrived, want 30", n)
	}
}
