package campaign

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Month is the window of a monthly limit: 746 hours in a row. No calendar
// month is longer, whatever zone counts it and whatever its clocks do, so a
// rolling window of this length holds every calendar month.
const Month = 746 * time.Hour

// A Limit allows at most Max recipients (To, Cc and Bcc each count) in any
// Window. Windows roll: they have no calendar edge.
type Limit struct {
	Max    int           `json:"max"`    // 1 or more
	Window time.Duration `json:"window"` // 1 s or more
}

// ParseLimit reads "100/24h", "3000/month", "14/1s", "5/2s", "20/m".
// A window is an amount with a unit (s, m, h, d), a bare unit (one of it), or
// "month".
func ParseLimit(text string) (Limit, error) {
	count, window, ok := strings.Cut(strings.TrimSpace(text), "/")
	if !ok {
		return Limit{}, fmt.Errorf("limit %q: want N/window, like 100/24h or 3000/month", text)
	}
	n, err := strconv.Atoi(strings.TrimSpace(count))
	if err != nil || n < 1 {
		return Limit{}, fmt.Errorf("limit %q: %q is not a whole number of 1 or more", text, count)
	}
	w, err := parseWindow(strings.TrimSpace(window))
	if err != nil {
		return Limit{}, fmt.Errorf("limit %q: %w", text, err)
	}
	return Limit{Max: n, Window: w}, nil
}

var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}

func parseWindow(text string) (time.Duration, error) {
	if text == "month" {
		return Month, nil
	}
	bad := fmt.Errorf("window %q: want 10s, 5m, 24h, 7d or month", text)
	if text == "" {
		return 0, bad
	}
	unit, ok := units[text[len(text)-1]]
	if !ok {
		return 0, bad
	}
	n := 1
	if digits := text[:len(text)-1]; digits != "" {
		var err error
		if n, err = strconv.Atoi(digits); err != nil || n < 1 {
			return 0, bad
		}
	}
	if n > int(10*365*24*time.Hour/unit) {
		return 0, fmt.Errorf("window %q: longer than ten years", text)
	}
	return time.Duration(n) * unit, nil
}

// String is the limit as a campaign file writes it: "100/24h", "3000/month".
func (l Limit) String() string {
	return strconv.Itoa(l.Max) + "/" + windowText(l.Window)
}

// Words names the limit in a sentence: "daily limit 100/24h".
func (l Limit) Words() string {
	switch l.Window {
	case 24 * time.Hour:
		return "daily limit " + l.String()
	case Month:
		return "monthly limit " + l.String()
	case time.Hour:
		return "hourly limit " + l.String()
	}
	return "limit " + l.String()
}

func windowText(w time.Duration) string {
	switch {
	case w == Month:
		return "month"
	case w%(24*time.Hour) == 0 && w > 24*time.Hour:
		return strconv.Itoa(int(w/(24*time.Hour))) + "d"
	case w%time.Hour == 0:
		return strconv.Itoa(int(w/time.Hour)) + "h"
	case w%time.Minute == 0:
		return strconv.Itoa(int(w/time.Minute)) + "m"
	}
	return strconv.Itoa(int(w/time.Second)) + "s"
}

// Margin is what a window is lengthened by, since the provider's clock and
// ours differ and an answer travels: 5 % of the window, at most a minute.
func (l Limit) Margin() time.Duration {
	return min(time.Minute, l.Window/20)
}

// Span is the window with its margin: a spend at t leaves it at t+Span.
func (l Limit) Span() time.Duration { return l.Window + l.Margin() }

// Effective applies a reserve for the owner's own mail: it lowers the limit
// with the longest window up to 24 h. Limits come back sorted by window, each
// window once, with the lowest Max.
func Effective(limits []Limit, reserve int) []Limit {
	out := Union(limits)
	for i := len(out) - 1; i >= 0 && reserve > 0; i-- {
		if out[i].Window <= 24*time.Hour {
			out[i].Max = max(0, out[i].Max-reserve)
			break
		}
	}
	return out
}

// Union joins the limits of all campaigns on an account: mail must satisfy
// every one, so of several with one window the lowest stays.
func Union(sets ...[]Limit) []Limit {
	all := slices.Concat(sets...)
	SortLimits(all)
	return slices.CompactFunc(all, func(a, b Limit) bool { return a.Window == b.Window })
}

// SortLimits sorts by window, then by Max, ascending.
func SortLimits(limits []Limit) {
	slices.SortFunc(limits, func(a, b Limit) int {
		return cmp.Or(cmp.Compare(a.Window, b.Window), cmp.Compare(a.Max, b.Max))
	})
}
