package campaign

import "testing"

func TestUnsubscribeLink(t *testing.T) {
	for _, test := range []struct {
		u    Unsubscribe
		want string
	}{
		{Unsubscribe{Mailto: "rina+list@example.org", Subject: "unsubscribe open-day"}, "mailto:rina+list@example.org?subject=unsubscribe%20open-day"},
		{Unsubscribe{Mailto: "o'hara&co@example.org"}, "mailto:o%27hara%26co@example.org"},
		{Unsubscribe{Mailto: "rina@example.org", URL: "https://example.org/u?t={{.token}}"}, "https://example.org/u?t={{.token}}"},
		{Unsubscribe{None: true, Mailto: "rina@example.org"}, ""},
		{Unsubscribe{}, ""},
	} {
		if got := test.u.Link(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.u, got, test.want)
		}
	}
}
