package scheduler

import (
	"sort"

	"tebar/campaign"
)

// free is the first instant from now on at which n more recipients have room
// in the limit, which must be at least n + u.Pending. It walks back from the
// newest spend until the room is used up: that spend and all before it must
// have left the window. So it looks at Max entries at most.
func free(l campaign.Limit, u *campaign.Usage, n int, now instant) instant {
	room := l.Max - u.Pending - n
	for i := len(u.Spends) - 1; i >= 0; i-- {
		leaves := instantOf(u.Spends[i].At) + instant(l.Span())
		if leaves <= now {
			return now
		}
		if room -= u.Spends[i].N; room < 0 {
			return leaves
		}
	}
	return now
}

// used counts the recipients that are in the limit's window now, those without
// an answer too.
func used(l campaign.Limit, u *campaign.Usage, now instant) int {
	n := u.Pending
	for _, spend := range u.Spends[held(l, u.Spends, now):] {
		n += spend.N
	}
	return n
}

// held is the index of the oldest spend that the limit's window still holds.
func held(l campaign.Limit, spends []campaign.Spend, now instant) int {
	return sort.Search(len(spends), func(i int) bool {
		return instantOf(spends[i].At)+instant(l.Span()) > now
	})
}
