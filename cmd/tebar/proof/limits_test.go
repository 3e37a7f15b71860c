package proof

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
)

// TestLimits lets random worlds go on for 400 days each and holds what the
// server accepted against the checker: no window of any limit is ever over,
// nobody gets two, everybody is accounted for.
func TestLimits(t *testing.T) {
	var sum total
	t.Run("worlds", func(t *testing.T) {
		const workers = 2
		for worker := range workers {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for seed := worker; seed < size(16, 1000); seed += workers {
					sum.add(oneWorld(t, seed))
				}
			})
		}
	})
	if sum.full == 0 || sum.died == 0 || sum.restarts == 0 || sum.unconfirmed == 0 {
		t.Errorf("the worlds are too tame: %d full windows, %d crashes, %d restarts, %d unconfirmed", sum.full, sum.died, sum.restarts, sum.unconfirmed)
	}
	figures(t, "never over a limit", "%d seeds x %d days, %d messages accepted, %d crashes, %d restarts, %d clock jumps; %d windows, %d of them full, 0 over; worst %d of %s; 0 twice, 0 lost, %d unconfirmed",
		sum.worlds, simulatedDays, sum.accepted, sum.died, sum.restarts, sum.jumps, sum.windows, sum.full, sum.worst, sum.of, sum.unconfirmed)
}

// total adds up what the worlds have seen.
type total struct {
	mu                                                   sync.Mutex
	worlds, accepted, died, restarts, jumps, unconfirmed int
	verdict
}

func (s *total) add(l *life, v verdict, unconfirmed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worlds++
	s.accepted += len(l.accepted) - len(l.bookings)
	s.died += l.died
	s.restarts += l.restart
	s.jumps += len(l.jumps)
	s.windows += v.windows
	s.full += v.full
	s.unconfirmed += unconfirmed
	s.keepWorse(v.worst, v.of)
}

// oneWorld names its seed where it fails: worlds.Example(seed) is the same one.
func oneWorld(t *testing.T, seed int) (*life, verdict, int) {
	t.Helper()
	w := worlds.Example(seed)
	zone, err := time.LoadLocation(w.zone)
	if err != nil {
		t.Fatal(err)
	}
	l := w.live(t, inMemory(t))
	v := l.judge(zone)
	if len(v.over) > 0 {
		t.Errorf("seed %d: %s\nin %s, world %+v", seed, strings.Join(v.over[:min(3, len(v.over))], "\n"), w.zone, w)
	}
	return l, v, l.nobodyLost(seed)
}

// judge holds the limit that all campaigns share against everything, and a
// limit of one campaign against what was accepted until that campaign's last
// message: so long it holds for the whole account.
func (l *life) judge(zone *time.Location) verdict {
	var v verdict
	v.judge([]string{l.shared}, zone, l.accepted)
	for i, rules := range l.own {
		for n := len(l.accepted); n > 0; n-- {
			if l.accepted[n-1].campaign == l.names[i] {
				v.judge(rules, zone, l.accepted[:n])
				break
			}
		}
	}
	return v
}

// nobodyLost holds every report of the world against the server's mailbox, and
// counts the unconfirmed.
func (l *life) nobodyLost(seed int) int {
	l.open()
	rows, doubtful := states{}, 0
	for _, name := range l.names {
		info, err := l.store.Info(l.t.Context(), name)
		l.must(err)
		c := info.Counts
		if sum := c.Queued + c.Sending + c.Sent + c.Deferred + c.Failed + c.Unconfirmed + c.Skipped; sum != c.Total {
			l.t.Errorf("seed %d: %s: the states add up to %d of %d", seed, name, sum, c.Total)
		}
		doubtful += c.Unconfirmed
		for d, err := range l.store.Deliveries(l.t.Context(), name, nil) {
			l.must(err)
			rows[d.Email] = string(d.State)
			if d.State == campaign.Sending {
				rows[d.Email] = "unconfirmed" // a dead process has it in hand: the next one settles it
			}
		}
	}
	l.must(l.store.Check(l.t.Context()))
	if bad := disagreements(rows, l.box, len(l.claims)); len(bad) > 0 {
		l.t.Errorf("seed %d: %v", seed, bad[:min(5, len(bad))])
	}
	l.must(l.store.Close())
	return doubtful
}
