package store

import (
	"database/sql"
	"time"
)

// A moment is one instant by both clocks: the wall clock, as the caller or
// the ledger has it, and the boot clock where there is one.
type moment struct {
	at   time.Time
	boot string // the boot's id; "" if there is no boot clock
	up   time.Duration
}

// moment adds the boot clock's present reading to now.
func (s *Store) moment(now time.Time) moment {
	m := moment{at: now}
	if id, up, ok := s.boot(); ok {
		m.boot, m.up = id, up
	}
	return m
}

// plus moves a moment by both clocks.
func (m moment) plus(d time.Duration) moment {
	return moment{at: m.at.Add(d), boot: m.boot, up: m.up + d}
}

// age is how long ago then was: within one boot the smaller of what the two
// clocks say, across boots what the wall clock says. A moment in the future
// counts as now. So a clock that is set, forward or back, frees no quota
// while the machine is up.
//
// Within one boot the boot clock also says the least that has passed, but for a
// part that it may have been too fast by: after a wall clock was set back by a
// year, quota is not held for that year.
func (m moment) age(then moment) time.Duration {
	age := m.at.Sub(then.at)
	if m.boot != "" && m.boot == then.boot {
		up := m.up - then.up
		age = max(min(age, up), up-up/tooFast)
	}
	return max(age, 0)
}

// tooFast: no boot clock gains more than a twentieth.
const tooFast = 20

// columns are the moment as reservations keep it: at, boot_id, boot_us.
func (m moment) columns() (at sql.NullInt64, boot sql.NullString, up sql.NullInt64) {
	return micros(m.at),
		sql.NullString{String: m.boot, Valid: m.boot != ""},
		sql.NullInt64{Int64: m.up.Microseconds(), Valid: m.boot != ""}
}

func momentOf(at sql.NullInt64, boot sql.NullString, up sql.NullInt64) moment {
	return moment{at: instant(at), boot: boot.String, up: time.Duration(up.Int64) * time.Microsecond}
}
