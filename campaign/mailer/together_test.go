package mailer

import (
	"net"
	"testing"
	"time"

	"tebar/campaign"
)

// What a server said before it was asked is no answer to the message: it must
// not fail for it.
func TestTogetherAfterAWordTooMuch(t *testing.T) {
	server, client := net.Pipe()
	defer server.Close()
	w := newWire(client)
	go func() { _, _ = server.Write([]byte("250 at your service\r\n554 5.7.1 unwanted\r\n")) }()
	w.limit(time.Minute)
	if r, err := w.read(); err != nil || r.code != 250 {
		t.Fatal(r, err)
	}
	x := &transaction{wire: w}
	o := x.together(t.Context(), []command{{campaign.StageMail, "MAIL FROM:<a@example.org>", []int{250}, time.Minute, ""}})
	if o.Verdict != campaign.Requeue || !o.Dead {
		t.Errorf("%+v, want the message queued again on another connection", o)
	}
}
