package proof

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWorldsCover looks at what TestLimits in its full form draws: every zone
// with all that its clocks do, every jump of the clock, restarts and machines
// without a boot clock.
func TestWorldsCover(t *testing.T) {
	const seeds = 1000
	zones, jumps, changes := map[string]int{}, map[time.Duration]int{}, map[time.Duration]int{}
	reboots, noBoot := 0, 0
	for seed := range seeds {
		w := worlds.Example(seed)
		zones[w.zone]++
		for _, j := range w.jumps {
			jumps[j.by]++
		}
		if w.reboots > 0 {
			reboots++
		}
		if w.noBoot {
			noBoot++
		}
		zone, err := time.LoadLocation(w.zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range clockChanges(w.begin, simulatedDays, zone) {
			changes[by]++
		}
	}
	for _, p := range places {
		if zones[p.zone] < seeds/20 {
			t.Errorf("%d of %d worlds are in %s", zones[p.zone], seeds, p.zone)
		}
	}
	const day = 24 * time.Hour
	for _, by := range []time.Duration{time.Hour, -time.Hour, 30 * time.Minute, -30 * time.Minute, day} {
		if changes[by] < seeds/20 {
			t.Errorf("%d times the zone's clock changes by %s", changes[by], by)
		}
	}
	for _, by := range []time.Duration{time.Hour, -time.Hour, day, -day, 40 * day, -40 * day, 365 * day, -365 * day} {
		if jumps[by] < seeds/20 {
			t.Errorf("%d times the machine's clock jumps by %s", jumps[by], by)
		}
	}
	if reboots < seeds/20 || noBoot < seeds/20 {
		t.Errorf("%d worlds whose machine restarts, %d without a boot clock", reboots, noBoot)
	}
	figures(t, "what the worlds have", "of %d seeds: zones %s; changes of their clocks %s; jumps of the machine's %s; %d with restarts of the machine, %d without a boot clock",
		seeds, listed(zones), listed(changes), listed(jumps), reboots, noBoot)
}

// clockChanges are the changes of a zone's offset in so many days from begin.
func clockChanges(begin time.Time, days int, zone *time.Location) (changes []time.Duration) {
	end := begin.AddDate(0, 0, days)
	for at := begin.In(zone); ; {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.After(end) {
			return changes
		}
		_, before := at.Zone()
		_, after := next.Zone()
		changes = append(changes, time.Duration(after-before)*time.Second)
		at = next
	}
}

// listed is "a 3, b 5", in the order of the keys.
func listed[K comparable](counts map[K]int) string {
	var parts []string
	for k, n := range counts {
		parts = append(parts, fmt.Sprintf("%v %d", k, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
