package proof

// The checker of limits. It reads the campaign file's text ("100/24h") with a
// parser of its own and counts by definition; it shares no code with the
// scheduler, the ledger or campaign.Limit.
//
// It reads one clock only: the server's, which no jump of the machine's clock
// touches. A window is any stretch of that clock as long as the limit says:
// the moment at which a message was accepted, and all before it that are less
// than the window's length ago. A month is 746 hours, and beside it every
// calendar month is counted in the campaign's zone, since that is how a
// provider's page shows it.
//
// Nothing here counts calendar days. On the day on which the clocks go back, 25
// hours lie between two midnights, and a limit of 100/24h allows 100 in the
// first hour and 100 in the last: both rolling windows are kept.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// accepted is one message as the server took it.
type accepted struct {
	at       time.Time
	n        int    // recipients
	campaign string // "" = mailed by hand, and booked
}

// rule is a limit as the checker understands its text.
type rule struct {
	text   string
	most   int
	window time.Duration
	month  bool
}

func ruleOf(text string) rule {
	count, window, _ := strings.Cut(text, "/")
	r := rule{text: text}
	var err error
	if r.most, err = strconv.Atoi(count); err != nil {
		panic(text)
	}
	if window == "month" {
		r.month, r.window = true, 746*time.Hour
		return r
	}
	days, ok := strings.CutSuffix(window, "d")
	if !ok {
		if r.window, err = time.ParseDuration(window); err != nil {
			panic(text)
		}
		return r
	}
	n, err := strconv.Atoi(days)
	if err != nil {
		panic(text)
	}
	r.window = time.Duration(n) * 24 * time.Hour
	return r
}

// A verdict is what the checker saw.
type verdict struct {
	windows int    // looked at
	worst   int    // the fullest window of the rule that came nearest to its limit
	of      string // that rule
	full    int    // windows that were full to the last recipient
	over    []string
}

// judge counts every window of every rule. The list is what the server
// accepted and what was mailed by hand, in any order.
func (v *verdict) judge(rules []string, zone *time.Location, list []accepted) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b accepted) int { return a.at.Compare(b.at) })
	for _, text := range rules {
		r := ruleOf(text)
		worst := v.rolling(r, list)
		if r.month {
			worst = max(worst, v.calendar(r, zone, list))
		}
		v.keepWorse(worst, text)
	}
}

// keepWorse keeps the fuller of two windows; of two that are alike, the larger.
func (v *verdict) keepWorse(worst int, of string) {
	if of == "" {
		return
	}
	if v.of != "" {
		now, then := worst*ruleOf(v.of).most, v.worst*ruleOf(of).most
		if now < then || now == then && worst <= v.worst {
			return
		}
	}
	v.worst, v.of = worst, of
}

// rolling looks at each window that ends with a message of Tebar's; what was
// mailed by hand counts in it.
func (v *verdict) rolling(r rule, list []accepted) int {
	worst := 0
	for i, last := range list {
		if last.campaign == "" {
			continue
		}
		sum := 0
		for j := i; j >= 0 && last.at.Sub(list[j].at) < r.window; j-- {
			sum += list[j].n
		}
		v.windows++
		v.note(r, sum, "the "+r.window.String()+" up to "+last.at.Format(time.RFC3339Nano))
		worst = max(worst, sum)
	}
	return worst
}

// calendar looks at each calendar month in the zone.
func (v *verdict) calendar(r rule, zone *time.Location, list []accepted) int {
	sums := map[string]int{}
	for _, a := range list {
		sums[a.at.In(zone).Format("2006-01")] += a.n
	}
	worst := 0
	for month, sum := range sums {
		v.windows++
		v.note(r, sum, month)
		worst = max(worst, sum)
	}
	return worst
}

func (v *verdict) note(r rule, sum int, where string) {
	if sum == r.most {
		v.full++
	}
	if sum > r.most {
		v.over = append(v.over, fmt.Sprintf("%d accepted in %s, more than %s", sum, where, r.text))
	}
}
