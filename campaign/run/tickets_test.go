package run

import (
	"testing"
	"testing/synctest"
)

// Who comes while the last ticket is held waits for what becomes of it.
func TestTickets(t *testing.T) {
	for name, used := range map[string]bool{"used up": true, "given back": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tickets := newTickets(2)
				tickets.take()
				tickets.settle(true)
				if !tickets.hold() || tickets.hold() {
					t.Fatal("want one more ticket, and not two")
				}
				answered, got := false, false
				go func() { got = tickets.take(); answered = true }()
				synctest.Wait()
				if answered {
					t.Fatalf("the last ticket is held, and another connection was told %v", got)
				}
				tickets.settle(used)
				synctest.Wait()
				if !answered || got == used {
					t.Errorf("answered %v, %v", answered, got)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // one that was not tried
		tickets := newTickets(2)
		tickets.take()
		tickets.settle(true)
		tickets.take()
		got := false
		go func() { got = tickets.take() }()
		synctest.Wait()
		tickets.giveBack()
		synctest.Wait()
		if !got {
			t.Error("a ticket that came back is not given to who waits")
		}
		tickets.settle(true)
	})
	var none *tickets
	if !none.hold() || !none.take() {
		t.Error("without --limit there is always one")
	}
	none.settle(true)
	none.giveBack()
}
