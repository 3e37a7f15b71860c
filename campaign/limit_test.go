package campaign

import (
	"slices"
	"testing"
	"time"
)

func TestParseLimit(t *testing.T) {
	for _, tt := range []struct {
		text, canonical string
		want            Limit
		ok              bool
	}{
		{"100/24h", "100/24h", Limit{100, 24 * time.Hour}, true},
		{"3000/month", "3000/month", Limit{3000, 746 * time.Hour}, true},
		{"14/1s", "14/1s", Limit{14, time.Second}, true},
		{"14/s", "14/1s", Limit{14, time.Second}, true},
		{" 20 / 5m ", "20/5m", Limit{20, 5 * time.Minute}, true},
		{"7/7d", "7/7d", Limit{7, 168 * time.Hour}, true},
		{"100/1d", "100/24h", Limit{100, 24 * time.Hour}, true},
		{text: "100"},
		{text: "0/24h"},
		{text: "-1/24h"},
		{text: "ten/24h"},
		{text: "10/"},
		{text: "10/24"},
		{text: "10/0h"},
		{text: "10/2w"},
		{text: "10/999999999d"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := ParseLimit(tt.text)
			if (err == nil) != tt.ok || got != tt.want {
				t.Fatalf("got %v, %v", got, err)
			}
			if tt.ok && got.String() != tt.canonical {
				t.Errorf("prints %q, want %q", got, tt.canonical)
			}
		})
	}
}

func TestMargin(t *testing.T) {
	for window, want := range map[time.Duration]time.Duration{
		time.Second: 50 * time.Millisecond, 2 * time.Second: 100 * time.Millisecond,
		20 * time.Minute: time.Minute, 24 * time.Hour: time.Minute, Month: time.Minute,
	} {
		if got := (Limit{1, window}).Margin(); got != want {
			t.Errorf("margin of %s is %s, want %s", window, got, want)
		}
	}
}

func TestEffective(t *testing.T) {
	day, month := Limit{100, 24 * time.Hour}, Limit{3000, Month}
	for _, tt := range []struct {
		name    string
		limits  []Limit
		reserve int
		want    []Limit
	}{
		{"lowers the day", []Limit{month, day}, 20, []Limit{{80, 24 * time.Hour}, month}},
		{"the longest up to a day", []Limit{day, {5, time.Minute}}, 20, []Limit{{5, time.Minute}, {80, 24 * time.Hour}}},
		{"of one window the lowest", []Limit{{200, 24 * time.Hour}, day}, 20, []Limit{{80, 24 * time.Hour}}},
		{"never below nothing", []Limit{day}, 200, []Limit{{0, 24 * time.Hour}}},
		{"no window up to a day", []Limit{month}, 20, []Limit{month}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Effective(tt.limits, tt.reserve); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// The diagram in the design, move by move.
func TestMoves(t *testing.T) {
	legal := map[[2]State]bool{}
	for _, m := range [][2]State{
		{Queued, Sending},
		{Queued, Skipped},
		{Sending, Sent},
		{Sending, Deferred},
		{Sending, Failed},
		{Sending, Queued},
		{Sending, Unconfirmed},
		{Deferred, Queued},
		{Deferred, Sending},
		{Deferred, Failed},
		{Deferred, Skipped},
		{Unconfirmed, Sent},
		{Unconfirmed, Queued},
		{Unconfirmed, Deferred},
		{Unconfirmed, Failed},
		{Unconfirmed, Bounced},
		{Unconfirmed, Replied},
		{Unconfirmed, Unsubscribed},
		{Skipped, Queued},
		{Sent, Bounced},
		{Sent, Replied},
		{Sent, Unsubscribed},
		{Bounced, Replied},
		{Bounced, Unsubscribed},
	} {
		legal[m] = true
	}
	for _, from := range States {
		for _, to := range States {
			if got := CanMove(from, to); got != legal[[2]State{from, to}] {
				t.Errorf("%s -> %s: %v", from, to, got)
			}
		}
	}
}
