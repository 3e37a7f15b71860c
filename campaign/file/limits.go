package file

import (
	"time"

	"tebar/campaign"
)

func readLimits(r *reader, n *node, into *limitsDraft) {
	into.limits.at = n
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
	}
	if len(items) == 0 {
		r.fail(n, "write a limit like 100/24h, or take the key out", "%s is an empty list", n.name())
	}
	for _, i := range items {
		text, ok := r.text(i)
		if !ok {
			continue
		}
		limit, err := campaign.ParseLimit(text)
		if err != nil {
			r.fail(i, "write N/window, N 1 or more, like 100/24h, 14/1s or 3000/month", "%s: %q is not a limit", i.path, shorten(text))
			continue
		}
		r.addLimit(i, limit, into)
	}
	into.limits.value = campaign.Union(into.limits.value)
}

func (r *reader) addLimit(at *node, limit campaign.Limit, into *limitsDraft) {
	for _, other := range into.limits.value {
		if other.Window == limit.Window {
			r.warn(at, "keep the one that is meant", "%s and %s have the same window: the lower one counts", other, limit)
		}
	}
	into.limits.value = append(into.limits.value, limit)
}

func readReserve(r *reader, n *node, into *limitsDraft) {
	into.reserve.at = n
	into.reserve.value, _ = r.integer(n, 0, 1_000_000)
}

func readPace(r *reader, n *node, into *limitsDraft) {
	into.pace.at = n
	text, ok := r.text(n)
	if !ok {
		return
	}
	pace, hint := parsePace(text)
	if hint != "" {
		r.fail(n, hint, "%s: %q is not a pause", n.path, shorten(text))
		return
	}
	into.pace.value = pace
}

// checkReserve: a reserve must find a limit of up to a day, and leave some of it.
func (r *reader) checkReserve(reserve given[int], limits []campaign.Limit) {
	if reserve.at == nil || reserve.value == 0 {
		return
	}
	var longest campaign.Limit
	for _, l := range limits {
		if l.Window <= 24*time.Hour && l.Window > longest.Window {
			longest = l
		}
	}
	switch {
	case longest.Max == 0:
		r.fail(reserve.at, "add a limit like 100/24h, or take reserve out", "there is no limit of up to 24h that `reserve` could lower")
	case reserve.value >= longest.Max:
		r.fail(reserve.at, "reserve less, or raise the limit", "`reserve` %d leaves nothing of %s", reserve.value, longest)
	}
}

// oneOf takes a value that the campaign or its sender states, not both.
func oneOf[T any](r *reader, a, b given[T]) given[T] {
	if a.at != nil && b.at != nil {
		r.fail(b.at, "keep one of the two", "%s stands here and in line %d too", b.at.name(), a.at.line)
	}
	if a.at != nil {
		return a
	}
	return b
}
