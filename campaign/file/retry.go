package file

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"tebar/campaign"
)

// Defaults of CLI.md.
var (
	defaultRetry    = campaign.Retry{Attempts: 5, First: 15 * time.Minute, Factor: 2, Max: 6 * time.Hour}
	defaultStopWhen = campaign.StopWhen{Failed: 0.10, After: 20}
)

func retryKeys() []key[campaign.Retry] {
	return []key[campaign.Retry]{
		{name: "attempts", read: func(r *reader, n *node, t *campaign.Retry) {
			if v, ok := r.integer(n, 1, 100); ok {
				t.Attempts = v
			}
		}},
		{name: "first", read: func(r *reader, n *node, t *campaign.Retry) {
			if v, ok := r.duration(n, time.Second, 7*day); ok {
				t.First = v
			}
		}},
		{name: "factor", read: readFactor},
		{name: "max", read: func(r *reader, n *node, t *campaign.Retry) {
			if v, ok := r.duration(n, time.Second, 7*day); ok {
				t.Max = v
			}
		}},
	}
}

// readRetry: a first pause longer than the default maximum raises the maximum.
func readRetry(r *reader, n *node, d *draft) {
	if !readMap(r, n, retryKeys(), &d.Retry) || d.Retry.Max >= d.Retry.First {
		return
	}
	if stated := n.find("max"); stated != nil && n.find("first") != nil {
		r.fail(stated, "write a longer max, or a shorter first", "`retry.max` is shorter than `retry.first`")
	} else if stated != nil {
		d.Retry.First = d.Retry.Max
		return
	}
	d.Retry.Max = d.Retry.First
}

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

func readFactor(r *reader, n *node, t *campaign.Retry) {
	v, err := strconv.ParseFloat(n.text, 64)
	switch {
	case n.kind != textNode || n.style != plain || !decimal.MatchString(n.text) || err != nil:
		r.fail(n, "write a number like 2 or 1.5", "%s wants a number", n.name())
	case v < 1 || v > 100:
		r.fail(n, "", "%s must be from 1 to 100", n.name())
	default:
		t.Factor = v
	}
}

func stopKeys() []key[campaign.StopWhen] {
	return []key[campaign.StopWhen]{
		{name: "failed", read: readFailed},
		{name: "after", read: func(r *reader, n *node, s *campaign.StopWhen) {
			if v, ok := r.integer(n, 1, 1_000_000); ok {
				s.After = v
			}
		}},
	}
}

// readFailed reads a share in percent: 10%. 0% switches the stop off.
func readFailed(r *reader, n *node, s *campaign.StopWhen) {
	text, ok := r.text(n)
	if !ok {
		return
	}
	number, percent := strings.CutSuffix(text, "%")
	number = strings.TrimSpace(number)
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case !decimal.MatchString(number) || err != nil:
		r.fail(n, "write a share like 10%", "%s: %q is not a share", n.path, shorten(text))
	case !percent && v > 0 && v < 1:
		r.fail(n, "write "+strconv.FormatFloat(v*100, 'f', -1, 64)+"%", "%s: %s has no %% sign", n.path, shorten(text))
	case !percent && v != 0:
		r.fail(n, "write "+number+"%; a number of messages cannot be set", "%s: %s has no %% sign", n.path, shorten(text))
	case v > 100:
		r.fail(n, "", "%s must be from 0%% to 100%%", n.name())
	default:
		s.Failed = v / 100
	}
}
