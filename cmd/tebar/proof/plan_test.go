package proof

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A calendar is what plan and rehearse both print.
type calendar struct {
	Messages int
	StartAt  time.Time `json:"start_at"`
	FinishAt time.Time `json:"finish_at"`
	Days     []struct {
		Date        string
		Count       int
		First, Last time.Time
		Total       int
	}
	Accepted int
	TooLate  int `json:"too_late"`
}

func (m *machine) calendar(args ...string) calendar {
	m.t.Helper()
	var c calendar
	r := m.must([]int{0}, append([]string{"--json"}, args...)...)
	if err := json.Unmarshal([]byte(r.stdout), &c); err != nil {
		m.t.Fatalf("%v in %s", err, r)
	}
	return c
}

// TestRunFollowsItsPlan plans random campaigns and rehearses them: the same
// days, counts, first and last times. The first message goes at the start of
// the schedule, so both begin at one time.
func TestRunFollowsItsPlan(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 7))
	cases, messages := size(12, 200), 0
	for i := range cases {
		n := 1 + draw.IntN(120)
		m := newMachine(t, 25, n, drawFile(draw))
		plan := m.calendar("plan", m.file)
		rehearsal := m.calendar("rehearse", m.file)
		if plan.Messages != n || rehearsal.Accepted != n-plan.TooLate {
			t.Errorf("case %d: %d planned, %d too late, %d accepted of %d", i, plan.Messages, plan.TooLate, rehearsal.Accepted, n)
		}
		if !reflect.DeepEqual(plan.Days, rehearsal.Days) || !plan.FinishAt.Equal(rehearsal.FinishAt) {
			t.Errorf("case %d: the plan is\n%+v\nand the rehearsal\n%+v", i, plan, rehearsal)
		}
		messages += rehearsal.Accepted
	}
	figures(t, "run follows its plan", "%d random campaigns, %d messages, every day's count, first and last time alike", cases, messages)
}

// drawFile draws limits, hours and pace of a campaign in 2027 and 2028.
func drawFile(draw *rand.Rand) string {
	pick := func(list ...string) string { return list[draw.IntN(len(list))] }
	var b strings.Builder
	fmt.Fprintf(&b, "limits: [%s]\n", pick("5/24h, 40/month", "20/24h", "7/1h, 30/24h", "3/10m", "50/7d, 9/24h", "2/30s, 25/36h"))
	fmt.Fprintf(&b, "schedule:\n  start: 2027-%02d-%02dT%02d:30\n", 1+draw.IntN(12), 1+draw.IntN(28), 10+draw.IntN(5))
	fmt.Fprintf(&b, "  timezone: %s\n", pick("UTC", "Asia/Jakarta", "America/New_York", "Europe/London", "Australia/Lord_Howe"))
	fmt.Fprintf(&b, "  pace: %s\n", pick("0s", "7s", "90s", "15m"))
	b.WriteString(pick("", "  hours: \"09:00-17:00\"\n", "  hours: [\"08:15-11:00\", \"22:00-03:00\"]\n"))
	b.WriteString(pick("", "  days: mon-fri\n", "  days: [tue, sat, sun]\n"))
	b.WriteString(pick("", "", "  spread: true\n"))
	b.WriteString(pick("", "", "  skip_dates: [2027-03-11, 2027-12-20..2027-12-31]\n"))
	return b.String()
}

// TestFinishIsTheEarliest plans 10,000 recipients under Gmail's limits and
// holds the finish against a bound reckoned here: message i can go no sooner
// than the one a limit's number before it has left the window, which is as
// long as the limit says and its margin, the smaller of a minute and 5 %.
func TestFinishIsTheEarliest(t *testing.T) {
	const n = 10_000
	m := newMachine(t, 25, n, "limits: [100/24h, 3000/month]\nschedule: {start: 2027-03-01T09:00, timezone: UTC, pace: 0s}\n")
	plan := m.calendar("plan", m.file)
	start := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	want, bare := earliest(start, n, time.Minute), earliest(start, n, 0)
	if !plan.FinishAt.Equal(want) || plan.Messages != n || plan.TooLate != 0 {
		t.Errorf("the plan for %d messages ends %s, want %s", plan.Messages, plan.FinishAt, want)
	}
	figures(t, "best plan", "%d recipients under 100/24h and 3000/month finish %s after the first, the earliest possible (%s of it margins)",
		n, plan.FinishAt.Sub(start), want.Sub(bare))
}

func earliest(start time.Time, n int, margin time.Duration) time.Time {
	at := make([]time.Time, n)
	for i := range at {
		at[i] = start
		if i > 0 {
			at[i] = at[i-1]
		}
		for most, window := range map[int]time.Duration{100: 24 * time.Hour, 3000: 746 * time.Hour} {
			if i >= most {
				at[i] = maxTime(at[i], at[i-most].Add(window+margin))
			}
		}
	}
	return at[n-1]
}
