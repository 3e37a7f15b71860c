package file

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"tebar/campaign"
)

var (
	durationText = regexp.MustCompile(`^(?:[0-9]+(?:ms|s|m|h|d))+$`)
	durationPart = regexp.MustCompile(`([0-9]+)(ms|s|m|h|d)`)
)

var durationUnits = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": day,
}

// maxDuration is far beyond what any key takes, and far below an overflow.
const maxDuration = 3650 * day

// parseDuration reads 500ms, 10s, 15m, 6h, 2d (24 hours each) and sums such as
// 1d12h. A bare 0 needs no unit. hint says what to write instead; it is ""
// where the text was understood.
func parseDuration(text string) (d time.Duration, hint string) {
	if text == "0" {
		return 0, ""
	}
	if !durationText.MatchString(text) {
		return 0, durationHint(text)
	}
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(part[1])
		unit := durationUnits[part[2]]
		if err != nil || n > int(maxDuration/unit) {
			return 0, "write at most 3650d"
		}
		if d += time.Duration(n) * unit; d > maxDuration {
			return 0, "write at most 3650d"
		}
	}
	return d, ""
}

func durationHint(text string) string {
	text = strings.ReplaceAll(strings.ToLower(text), " ", "")
	if wholeNumber.MatchString(text) {
		return "add the unit: " + strings.TrimLeft(text, "+-") + "s for seconds (ms, s, m, h, d)"
	}
	for _, w := range [][2]string{
		{"milliseconds", "ms"},
		{"seconds", "s"},
		{"second", "s"},
		{"secs", "s"},
		{"sec", "s"},
		{"minutes", "m"},
		{"minute", "m"},
		{"mins", "m"},
		{"min", "m"},
		{"hours", "h"},
		{"hour", "h"},
		{"days", "d"},
		{"day", "d"},
	} {
		text = strings.Replace(text, w[0], w[1], 1)
	}
	if durationText.MatchString(text) {
		return "write " + text
	}
	return "write 500ms, 10s, 15m, 6h, 2d or a sum like 1d12h, in whole numbers"
}

// maxPace is the longest pause between two messages.
const maxPace = day

// parsePace reads a pause or a range of two: 10s, 10s-30s. hint as in
// parseDuration.
func parsePace(text string) (campaign.Pace, string) {
	low, high, ranged := strings.Cut(text, "-")
	if !ranged {
		high = low
	}
	shortest, hint := parseDuration(strings.TrimSpace(low))
	if hint == "" {
		var longest time.Duration
		if longest, hint = parseDuration(strings.TrimSpace(high)); hint == "" {
			return checkedPace(shortest, longest)
		}
	}
	if ranged {
		hint = "write a range like 10s-30s, both with their unit"
	}
	return campaign.Pace{}, hint
}

func checkedPace(shortest, longest time.Duration) (campaign.Pace, string) {
	switch {
	case longest < shortest:
		return campaign.Pace{}, "write the shorter pause first"
	case longest > maxPace:
		return campaign.Pace{}, "write at most 1d"
	}
	return campaign.Pace{Min: shortest, Max: longest}, ""
}

// duration reads a duration of low to high.
func (r *reader) duration(n *node, low, high time.Duration) (time.Duration, bool) {
	text, ok := r.text(n)
	if !ok {
		return 0, false
	}
	d, hint := parseDuration(text)
	switch {
	case hint != "":
		r.fail(n, hint, "%s: %q is not a duration", n.path, shorten(text))
	case d < low || d > high:
		r.fail(n, "", "%s must be from %s to %s", n.name(), durationWords(low), durationWords(high))
	default:
		return d, true
	}
	return 0, false
}

// durationWords writes a duration as the file does: 1d12h.
func durationWords(d time.Duration) string {
	var b strings.Builder
	for _, u := range []string{"d", "h", "m", "s", "ms"} {
		if n := d / durationUnits[u]; n > 0 {
			b.WriteString(strconv.Itoa(int(n)) + u)
			d -= n * durationUnits[u]
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}
