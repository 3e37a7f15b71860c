package scheduler

import "tebar/campaign"

// A window counts what one limit holds while a forecast goes on. Spends leave
// it oldest first, those of the history and those planned merged by time, and
// only when their room is needed: a spend is counted longer than it has to be,
// but it never makes a message wait, since it has left by then.
type window struct {
	campaign.Limit
	used    int
	history int // index of the oldest spend of the history that is counted
	planned int // number of the oldest planned spend that is counted
}

// A planned spend of a forecast; those of one instant are one.
type planned struct {
	at instant
	n  int
}

// windows are all limits of a forecast, with the planned spends that any of
// them still counts. Memory is bounded by the largest limit, not by the
// campaign.
type windows struct {
	limits  []window
	history []campaign.Spend
	plan    []planned
	gone    int // how many planned spends were dropped in front of plan[0]
}

func newWindows(limits []campaign.Limit, u *campaign.Usage, now instant) *windows {
	w := &windows{history: u.Spends}
	for _, l := range limits {
		first := held(l, u.Spends, now)
		win := window{Limit: l, history: first}
		for _, s := range u.Spends[first:] {
			win.used += s.N
		}
		w.limits = append(w.limits, win)
	}
	w.spend(now, u.Pending) // no answer yet: it is expected now
	return w
}

// spend plans n recipients at an instant not before the last planned one.
func (w *windows) spend(at instant, n int) {
	if n == 0 || len(w.limits) == 0 {
		return
	}
	for i := range w.limits {
		w.limits[i].used += n
	}
	// A spend that some window has let go is older than that: a window is never 0.
	if last := len(w.plan) - 1; last >= 0 && w.plan[last].at == at {
		w.plan[last].n += n
		return
	}
	w.forget()
	w.plan = append(w.plan, planned{at, n})
}

// forget drops planned spends that no window counts, when they are half of all.
func (w *windows) forget() {
	oldest := w.gone + len(w.plan)
	for i := range w.limits {
		oldest = min(oldest, w.limits[i].planned)
	}
	if n := oldest - w.gone; n > 1024 && n > len(w.plan)/2 {
		w.plan = append(w.plan[:0], w.plan[n:]...)
		w.gone = oldest
	}
}

// small is the index of a limit that is smaller than n, or -1.
func (w *windows) small(n int) int {
	for i := range w.limits {
		if w.limits[i].Max < n {
			return i
		}
	}
	return -1
}

// room is for how many messages of n recipients, up to most, every limit has
// room without letting go of a spend.
func (w *windows) room(n, most int) int {
	for i := range w.limits {
		most = min(most, (w.limits[i].Max-w.limits[i].used)/n)
	}
	return max(0, most)
}

// free raises the bound to when every limit has room for n recipients.
func (w *windows) free(b bound, n int) bound {
	for i := len(w.limits) - 1; i >= 0; i-- {
		win := &w.limits[i]
		for win.used+n > win.Max {
			b = b.or(w.pop(win), byLimit+cause(i))
		}
	}
	return b
}

// pop takes the oldest spend out of a window and says when it leaves. With
// n <= Max there is one as long as the window is too full.
func (w *windows) pop(win *window) instant {
	next := win.planned - w.gone
	if win.history < len(w.history) {
		old := w.history[win.history]
		at := instantOf(old.At)
		if next >= len(w.plan) || at <= w.plan[next].at {
			win.history++
			win.used -= old.N
			return at + instant(win.Span())
		}
	}
	p := w.plan[next]
	win.planned++
	win.used -= p.n
	return p.at + instant(win.Span())
}
