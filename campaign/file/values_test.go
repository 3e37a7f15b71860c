package file

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
)

func TestParseDuration(t *testing.T) {
	const h = time.Hour
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "500ms": 500 * time.Millisecond, "10s": 10 * time.Second, "15m": 15 * time.Minute,
		"6h": 6 * h, "2d": 48 * h, "1d12h": 36 * h, "1h30m15s": h + 30*time.Minute + 15*time.Second, "3650d": 3650 * 24 * h,
	} {
		if got, hint := parseDuration(text); got != want || hint != "" {
			t.Errorf("%s = %s, %q; want %s", text, got, hint, want)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	for text, hint := range map[string]string{
		"10": "10s for seconds", "-5": "5s for seconds", "1.5h": "whole numbers", "": "whole numbers", "10 s": "write 10s",
		"15min": "write 15m", "2 days": "write 2d", "3651d": "at most", "99999999999999999999d": "at most", "2000d2000d": "at most",
		"1w": "whole numbers", "ten": "whole numbers", "10S": "write 10s",
	} {
		if got, h := parseDuration(text); !strings.Contains(h, hint) || got != 0 {
			t.Errorf("%q = %s, hint %q; want 0 and %q", text, got, h, hint)
		}
	}
}

// TestDurationWords: what a message shows can be written into the file.
func TestDurationWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(maxDuration/time.Millisecond)).Draw(t, "ms")) * time.Millisecond
		if got, hint := parseDuration(durationWords(d)); got != d || hint != "" {
			t.Fatalf("%s reads back as %s, %q", durationWords(d), got, hint)
		}
	})
}

func TestParsePace(t *testing.T) {
	for text, want := range map[string]campaign.Pace{
		"0": {}, "10s": {Min: 10 * time.Second, Max: 10 * time.Second}, "10s-30s": {Min: 10 * time.Second, Max: 30 * time.Second},
		"0s - 1m30s": {Max: 90 * time.Second}, "1d": {Min: day, Max: day},
	} {
		if got, hint := parsePace(text); got != want || hint != "" {
			t.Errorf("%s = %v, %q; want %v", text, got, hint, want)
		}
	}
	for text, hint := range map[string]string{"30s-10s": "shorter", "10-30s": "unit", "25h": "at most", "5": "5s", "-5s": "unit", "": "sum"} {
		if got, h := parsePace(text); !strings.Contains(h, hint) || got != (campaign.Pace{}) {
			t.Errorf("%q = %v, hint %q; want %q", text, got, h, hint)
		}
	}
}

func TestParseHours(t *testing.T) {
	for text, want := range map[string]campaign.Hours{
		"09:00-17:00": {From: 540, To: 1020}, "9:00 - 17:30": {From: 540, To: 1050}, "22:00-06:00": {From: 1320, To: 360},
		"00:00-24:00": {From: 0, To: 1440}, "17:00-00:00": {From: 1020, To: 1440},
	} {
		if got, why := parseHours(text); got != want || why != "" {
			t.Errorf("%s = %v, %q; want %v", text, got, why, want)
		}
	}
	for _, text := range []string{"9-17", "09:00", "09:60-17:00", "24:00-25:00", "09:00-24:01", "10:00-10:00", "00:00-00:00", "09:00–17:00"} {
		if got, why := parseHours(text); why == "" {
			t.Errorf("%s was read as %v", text, got)
		}
	}
}

// TestOverlap compares the rule with every minute of the day.
func TestOverlap(t *testing.T) {
	span := rapid.Custom(func(t *rapid.T) campaign.Hours {
		from := rapid.IntRange(0, 1439).Draw(t, "from")
		to := rapid.IntRange(1, 1440).Filter(func(v int) bool { return v != from }).Draw(t, "to")
		return campaign.Hours{From: from, To: to}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := span.Draw(t, "a"), span.Draw(t, "b")
		want := false
		for m := range dayMinutes {
			want = want || (within(m, a) && within(m, b))
		}
		if overlap(a, b) != want {
			t.Fatalf("overlap of %v and %v is not %v", a, b, want)
		}
	})
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"Spring Open Day!": "spring-open-day", "2024": "2024", "-x-": "x", "Frühling": "fruehling", "日本": "", strings.Repeat("a ", 60): strings.Repeat("a-", 32)[:63],
	} {
		if got := slug(text); got != want || (got != "" && !goodName.MatchString(got)) {
			t.Errorf("slug of %q is %q, want %q", text, got, want)
		}
	}
}

func TestLeaves(t *testing.T) {
	for path, want := range map[string]bool{
		"a.csv": false, "a/b.csv": false, "a/../b.csv": false, "./a": false, "..a": false, "{{.x}}.pdf": false, "a/{{.x}}/b.pdf": false,
		"..": true, "../a": true, "a/../../b": true, "/a": true, `C:\a`: true, "c:/a": true, `..\a`: true, `a\..\..\b`: true, `\\server\a`: true,
		"../{{.x}}": true, "/{{.x}}": true, "{{.x}}/../a": true,
	} {
		if leaves(path) != want {
			t.Errorf("leaves(%q) is not %v", path, want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"recipients", "reply_to", "subject", "limits", "sender"}
	for word, want := range map[string]string{
		"recipient": "recipients", "Reply-To": "reply_to", "replyto": "reply_to", "subjct": "subject", "zzz": "", "": "", "senders": "sender",
	} {
		if got := nearest(word, words); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

func TestMeantZone(t *testing.T) {
	for text, want := range map[string]string{
		"Asia/Jakrata": "Asia/Jakarta", "asia/jakarta": "Asia/Jakarta", "Jakarta": "Asia/Jakarta", "new york": "America/New_York",
		"WIB": "Asia/Jakarta", "wita": "Asia/Makassar", "Jakata": "Asia/Jakarta", "nowhere at all": "",
	} {
		if got := meantZone(text); got != want {
			t.Errorf("%q means %q, want %q", text, got, want)
		}
	}
	for zone, want := range map[string]bool{"UTC": true, "Asia/Jakarta": true, "Local": false, "asia/jakarta": false, "": true, "../etc": false} {
		if known(zone) != want {
			t.Errorf("known(%q) is not %v", zone, want)
		}
	}
}

func TestWrongAddress(t *testing.T) {
	for addr, want := range map[string]string{
		"rina@school.example": "", "rina+list@a.b.example": "", "rina@schüle.example": "", "rina@xn--schle-lva.example": "",
		"rina@localhost": "no dot", "rina@[127.0.0.1]": "IP number", "rina@-a.example": "misspelt", "rina@a..example": "misspelt",
		"rina@a_b.example": "misspelt", "ri\u200bna@school.example": "invisible", strings.Repeat("a", 65) + "@school.example": "longer than 64",
	} {
		got := wrongAddress(addr)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
}
