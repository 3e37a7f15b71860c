package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// held opens a store whose committer is kept busy until release, and says when
// so many changes wait.
func held(t *testing.T) (s *Store, waiting func(n int), release func()) {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	begun, gate := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.commits.alone(context.Background(), func(*connection) error {
			close(begun)
			<-gate
			return nil
		})
	}()
	<-begun
	waiting = func(n int) {
		for {
			s.commits.mu.Lock()
			have := len(s.commits.waiting)
			s.commits.mu.Unlock()
			if have == n {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	return s, waiting, sync.OnceFunc(func() { close(gate) })
}

func insertReason(ctx context.Context, tx *txn, who string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO suppressions (folded, address, reason, by_user, at) VALUES (?, ?, '', '', 0)`, who, who)
	return err
}

// Changes that wait are made durable together, in the order in which they came.
func TestCommitTogether(t *testing.T) {
	s, waiting, release := held(t)
	var mu sync.Mutex
	var txns []*txn
	var order []string
	var done sync.WaitGroup
	for i := range 8 {
		who := fmt.Sprint("p", i)
		done.Go(func() {
			err := s.update(t.Context(), func(tx *txn) error {
				txns = append(txns, tx)
				order = append(order, who)
				return insertReason(t.Context(), tx, who)
			})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if yes, _, err := s.Suppressed(t.Context(), who); err != nil || !yes {
				t.Errorf("%s is not durable when update returns: %v", who, err)
			}
		})
		waiting(i + 1)
	}
	release()
	done.Wait()
	for i := range txns {
		if txns[i] != txns[0] || order[i] != fmt.Sprint("p", i) {
			t.Errorf("change %d: another transaction, or out of order: %v", i, order)
		}
	}
	if len(txns) != 8 {
		t.Errorf("%d changes ran, want 8", len(txns))
	}
}

// One that fails is rolled back alone; what the others learnt in the common
// transaction is forgotten before they run again.
func TestCommitFailsAlone(t *testing.T) {
	s, waiting, release := held(t)
	broken := errors.New("broken")
	undone, runs := 0, 0
	var done sync.WaitGroup
	errs := make([]error, 5)
	for i := range errs {
		done.Go(func() {
			errs[i] = s.update(t.Context(), func(tx *txn) error {
				runs++
				tx.undo(func() { undone++ })
				if err := insertReason(t.Context(), tx, fmt.Sprint("p", i)); err != nil || i != 3 {
					return err
				}
				return broken
			})
		})
		waiting(i + 1)
	}
	release()
	done.Wait()
	list, err := s.Suppressions(t.Context())
	if err != nil || len(list) != 4 {
		t.Errorf("%v, %v, want four", list, err)
	}
	for i, err := range errs {
		if want := i == 3; errors.Is(err, broken) != want || !want && err != nil {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if runs != 4+5 || undone != 4+1 {
		t.Errorf("%d runs, %d undone, want 9 and 5", runs, undone)
	}
}

// Whoever gives up while waiting has changed nothing, and holds nobody up.
func TestCommitWithdrawn(t *testing.T) {
	s, waiting, release := held(t)
	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error)
	go func() {
		given <- s.update(ctx, func(tx *txn) error { return insertReason(ctx, tx, "gone") })
	}()
	waiting(1)
	cancel()
	if err := <-given; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want cancelled", err)
	}
	release()
	if err := s.update(t.Context(), func(tx *txn) error { return insertReason(t.Context(), tx, "there") }); err != nil {
		t.Error(err)
	}
	if list, err := s.Suppressions(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

// A change that is called off while it begins leaves no transaction open, in
// which others' changes would fail.
func TestBeginCalledOff(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	nothing := func(*txn) error { return nil }
	for i := range 5000 {
		ctx, cancel := context.WithCancel(context.Background())
		go func() { time.Sleep(time.Duration(i%60) * time.Microsecond); cancel() }()
		_ = s.update(ctx, nothing)
		cancel()
		if err := s.update(context.Background(), nothing); err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
	}
}

// A change that panics takes the others of its commit with it, and leaves the
// store as it was before, ready for the next.
func TestCommitPanics(t *testing.T) {
	s, waiting, release := held(t)
	var others sync.WaitGroup
	errs := make([]error, 2)
	start := func(i int) {
		others.Go(func() {
			errs[i] = s.update(t.Context(), func(tx *txn) error { return insertReason(t.Context(), tx, fmt.Sprint("p", i)) })
		})
	}
	leads := make(chan any)
	go func() {
		defer func() { leads <- recover() }()
		_ = s.update(t.Context(), func(*txn) error { panic("a bug") })
	}()
	waiting(1)
	start(0)
	waiting(2)
	start(1)
	waiting(3)
	release()
	if r := <-leads; r != "a bug" {
		t.Fatal(r)
	}
	others.Wait()
	for i, err := range errs {
		if !errors.Is(err, errPanicked) {
			t.Errorf("change %d: %v, want %v", i, err, errPanicked)
		}
	}
	if err := s.update(t.Context(), func(tx *txn) error { return insertReason(t.Context(), tx, "p0") }); err != nil {
		t.Error(err)
	}
}

// Nothing opens a connection again that Close has closed.
func TestCommitAfterClose(t *testing.T) {
	s, _, release := held(t)
	release()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(*txn) error { return nil }); !errors.Is(err, errClosed) {
		t.Errorf("%v, want %v", err, errClosed)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}
