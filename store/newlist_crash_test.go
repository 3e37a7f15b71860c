package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// The taker is this program too: it takes the campaign "winter" of takerRows
// people into a store. It says where it is, and waits in the middle of the list
// until it is told to go on.
const (
	takerEnv  = "TEBAR_TEST_TAKER"
	takerRows = 20_000
)

func take(path string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, path, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	rows := storetest.People(takerRows)
	p, err := s.Propose(ctx, sourced("winter", rows), func(add func(campaign.Entry) error) error {
		for i, e := range rows {
			if i == takerRows/2 {
				fmt.Println("half")
				if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
					return err
				}
			}
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Println("read")
	if _, err = p.Accept(ctx, who); err == nil {
		fmt.Println("accepted")
	}
	return err
}

type taker struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	says *bufio.Reader
}

func startTaker(t *testing.T, path string) *taker {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), takerEnv+"="+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	k := &taker{t, cmd, in, bufio.NewReader(out)}
	t.Cleanup(k.kill)
	return k
}

// until reads what the taker says up to a word.
func (k *taker) until(word string) {
	k.t.Helper()
	for {
		line, err := k.says.ReadString('\n')
		if err != nil {
			k.t.Fatalf("the taker never said %q: %v", word, err)
		}
		if line == word+"\n" {
			return
		}
	}
}

func (k *taker) goOn() { _, _ = io.WriteString(k.in, "\n") }

func (k *taker) kill() {
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
}

// size looks no more often than a disk changes: go test keeps the name of every
// file that is looked at.
func size(path string) int64 {
	time.Sleep(100 * time.Microsecond)
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// TestTakerKilled kills the process that takes a list in: while it reads, at
// many moments of the transaction (by the size of the log), in the checkpoint
// behind it and after all. Either nothing of the campaign is there or all of
// it, and the next one takes it in.
func TestTakerKilled(t *testing.T) {
	sawNone, sawAll := 0, 0
	kill := func(name string, when func(k *taker, path string)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(memory(t), "tebar.db")
			s := open(t, path)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			k := startTaker(t, path)
			k.until("half")
			when(k, path)
			k.kill()
			if wholeOrNothing(t, path) {
				sawAll++
			} else {
				sawNone++
			}
		})
	}
	kill("in the middle of the list", func(*taker, string) {})
	kill("at the end of the list", func(k *taker, _ string) { k.goOn(); k.until("read") })
	kill("when it is done", func(k *taker, _ string) { k.goOn(); k.until("accepted") })
	for _, log := range []int64{1, 32 << 10, 512 << 10, 1 << 20, 2 << 20, 3 << 20, 4 << 20, 5 << 20, 6 << 20, 7 << 20, 8 << 20} {
		kill(fmt.Sprintf("with %d KB in the log", log>>10), func(k *taker, path string) {
			k.goOn()
			k.until("read")
			before := size(path)
			for end := time.Now().Add(time.Minute); size(path+"-wal") < log && size(path) == before && time.Now().Before(end); {
			}
		})
	}
	for range 3 {
		kill("in the checkpoint", func(k *taker, path string) {
			k.goOn()
			k.until("read")
			before := size(path)
			for end := time.Now().Add(time.Minute); size(path) == before && time.Now().Before(end); {
			}
		})
	}
	t.Logf("%d times nothing was there, %d times all", sawNone, sawAll)
	if sawNone < 3 || sawAll < 2 {
		t.Errorf("%d times nothing was there, %d times all: the kills missed the transaction", sawNone, sawAll)
	}
}

// wholeOrNothing looks at what a dead taker has left, and takes the list in
// where it has left nothing.
func wholeOrNothing(t *testing.T, path string) (all bool) {
	t.Helper()
	s := open(t, path)
	info, err := s.Info(t.Context(), "winter")
	switch {
	case errors.Is(err, campaign.ErrUnknown):
		if n := len(dump(t, path, "winter")); n != 0 {
			t.Errorf("%d messages of no campaign", n)
		}
		rows := storetest.People(takerRows)
		if err := takeIn(t.Context(), s, sourced("winter", rows), filler(rows)); err != nil {
			t.Fatal(err)
		}
		info, err = s.Info(t.Context(), "winter")
	case err == nil:
		all = true
	}
	if err != nil {
		t.Fatal(err)
	}
	if info.Counts.Queued != takerRows || info.Counts.Total != takerRows {
		t.Errorf("%+v, not %d queued", info.Counts, takerRows)
	}
	var messages, indexes int
	db := raw(t, path)
	if err := db.QueryRow(`SELECT (SELECT count(*) FROM messages),
		(SELECT count(*) FROM sqlite_schema WHERE name = 'messages_identity')`).Scan(&messages, &indexes); err != nil {
		t.Fatal(err)
	}
	if messages != takerRows || indexes != 1 {
		t.Errorf("%d messages, %d indexes of identities", messages, indexes)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	return all
}

// TestSendingWhileTaking sends one campaign while another process reads the
// list of a second and takes it in: a slow list holds up nobody, and the
// commit only for its moment.
func TestSendingWhileTaking(t *testing.T) {
	path := filepath.Join(memory(t), "tebar.db")
	s := open(t, path)
	people := storetest.People(5000)
	r := storetest.Start(t, s, storetest.Snapshot("spring"), people, time.Now())
	defer r.Close()
	k := startTaker(t, path)
	k.until("half")
	longest := time.Duration(0)
	sent := 0
	send := func() {
		t.Helper()
		begun := time.Now()
		c, slot, err := r.Claim(t.Context(), time.Now(), storetest.Decide)
		if err == nil && c.Message == 0 {
			t.Fatalf("nothing to send: %+v", slot)
		}
		if err == nil {
			err = r.Mark(t.Context(), c)
		}
		if err == nil {
			err = r.Record(t.Context(), c, campaign.Outcome{Verdict: campaign.Accepted}, time.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(begun))
		sent++
	}
	for range 50 { // the list stands still
		send()
	}
	t.Logf("while the list is read, a message took %v at most", longest)
	if longest > 3*time.Second {
		t.Errorf("a message took %v while the list was read", longest)
	}
	done := make(chan struct{})
	k.goOn()
	go func() {
		defer close(done)
		k.until("accepted")
	}()
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		default:
			if sent < len(people) {
				send()
			}
		}
	}
	t.Logf("%d sent meanwhile; a message took %v at most", sent, longest)
	if err := k.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if info, err := s.Info(t.Context(), "winter"); err != nil || info.Counts.Queued != takerRows {
		t.Errorf("winter: %+v, %v", info.Counts, err)
	}
	if info, err := s.Info(t.Context(), "spring"); err != nil || info.Counts.Sent != sent {
		t.Errorf("spring: %+v, %v; %d were sent", info.Counts, err, sent)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
