package store

import (
	"context"
	"slices"
	"time"

	"tebar/campaign"
)

// An entry is one reservation that has a place in time.
type entry struct {
	moment
	n int
}

// spends caches the account's spent reservations, which never change, so that
// a claim reads what is new and not 60,000 rows; and where they stand in time,
// so that it looks at what is new, too.
type spends struct {
	account string
	span    time.Duration // all entries younger than this at seen are here
	last    int64         // highest spent_no read
	seen    time.Time     // the latest now
	entries []entry
	line    timeline
}

// ticks is how far the clock goes back without a word: those who ask at once
// have looked at it one after the other. For so long the cache keeps what has
// left every window.
const ticks = time.Minute

// behind says that the clock has gone back: what had left the windows may be in
// them again.
func (c *spends) behind(now time.Time) bool { return now.Before(c.seen.Add(-ticks)) }

// refresh reads the spends that the cache does not have. It begins afresh when
// the clock has gone back.
func (c *spends) refresh(ctx context.Context, tx querier, account string, span time.Duration, now moment) error {
	if span > 0 {
		span += ticks
	}
	if c.account != account || span > c.span || c.behind(now.at) {
		*c = spends{account: account, span: span}
	}
	if span == 0 {
		return nil
	}
	span = c.span
	query := newSpends
	if c.last == 0 {
		query = heldSpends
	}
	rows, err := tx.QueryContext(ctx, query,
		account, c.last, micros(now.at.Add(-span)), now.boot, (now.up - span).Microseconds())
	if err != nil {
		return err
	}
	last := c.last
	err = eachEntry(rows, func(e entry, no int64) {
		c.entries = append(c.entries, e)
		last = max(last, no)
	})
	c.last = last
	return err
}

// Two ways to the same rows: by number, for the few since the last look; by
// either clock, for those that windows hold of a ledger that may hold far more.
const (
	newSpends = `SELECT at, boot_id, boot_us, n, spent_no FROM reservations
		WHERE account = ? AND spent_no > ? AND (at > ? OR (boot_id = ? AND boot_us > ?)) ORDER BY spent_no`
	heldSpends = `SELECT at, boot_id, boot_us, n, spent_no FROM reservations
		WHERE account = ?1 AND +spent_no > ?2 AND (at > ?3 OR (boot_id = ?4 AND boot_us > ?5))`
)

// add knows of a spend that the tables do not have yet.
func (c *spends) add(e entry, no int64) {
	c.entries = append(c.entries, e)
	c.last = max(c.last, no)
}

// within gives the spends that are no older than span, oldest first; good until
// the next call. steady is now by both clocks, looked at together; the caller
// may have looked at now's wall clock a little earlier.
func (c *spends) within(now, steady moment, span time.Duration, loose []entry) []campaign.Spend {
	if now.at.After(c.seen) {
		c.seen = now.at
	}
	if c.span == 0 { // no limits: nothing counts
		c.entries = c.entries[:0]
		return nil
	}
	gone := func(e entry) bool { return now.age(e.moment) > c.span }
	if slices.ContainsFunc(loose, gone) {
		loose = slices.DeleteFunc(slices.Clone(loose), gone)
	}
	if old := c.line.older(now.at, c.span); old > mostOld && old > len(c.line.list)/2 {
		c.entries = slices.DeleteFunc(c.entries, gone)
		c.line.drawn = false
	}
	if !c.line.draw(now, steady, c.entries, loose) {
		return exactly(now, span, c.entries, loose)
	}
	at := now.at
	if ahead := at.Sub(steady.at); ahead > 0 && ahead <= jitter { // the clock went back while the caller waited
		at = steady.at
	}
	return c.line.list[c.line.older(at, span):]
}

// mostOld is how many entries that have left every window are kept, and as many
// as there are others.
const mostOld = 64

// exactly takes the age of each entry, as it is now.
func exactly(now moment, span time.Duration, entries, loose []entry) (list []campaign.Spend) {
	for _, all := range [][]entry{entries, loose} {
		for _, e := range all {
			if age := now.age(e.moment); age <= span {
				list = append(list, campaign.Spend{At: now.at.Add(-age), N: e.n})
			}
		}
	}
	slices.SortFunc(list, byTime)
	return list
}

func byTime(a, b campaign.Spend) int { return a.At.Compare(b.At) }
