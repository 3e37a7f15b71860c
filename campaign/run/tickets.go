package run

import "sync"

// tickets are the messages that --limit leaves to be tried; nil: as many as
// there are. A ticket is held while the ledger is asked for a message, and used
// up if there is one. Nobody is told that they are used up while one is held:
// it may come back.
type tickets struct {
	mu      sync.Mutex
	settled sync.Cond
	left    int // not held, and not used up
	held    int
}

func newTickets(limit int) *tickets {
	if limit < 1 {
		return nil
	}
	t := &tickets{left: limit}
	t.settled.L = &t.mu
	return t
}

// hold holds a ticket if one is to be had at once.
func (t *tickets) hold() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.get()
}

// take holds a ticket; false: all are used up.
func (t *tickets) take() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.left == 0 && t.held > 0 {
		t.settled.Wait()
	}
	return t.get()
}

func (t *tickets) get() bool {
	if t.left == 0 {
		return false
	}
	t.left, t.held = t.left-1, t.held+1
	return true
}

// settle ends the holding of a ticket.
func (t *tickets) settle(used bool) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held--; !used {
		t.left++
	}
	t.settled.Broadcast()
}

// giveBack lets another message have the ticket of one that was not tried.
func (t *tickets) giveBack() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left++
	t.settled.Broadcast()
}
