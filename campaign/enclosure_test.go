package campaign

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A path alone stays the text that stores of earlier versions have.
func TestEnclosureJSON(t *testing.T) {
	list := []Enclosure{
		{File: "map.pdf"},
		{File: "tickets/{{.ticket}}.pdf", Optional: true},
		{File: "a.pdf", As: "Letter {{.name}}.pdf", Optional: true},
		{Fill: "invite.ics", As: "invitation.ics"},
	}
	const want = `["map.pdf","tickets/{{.ticket}}.pdf?",{"file":"a.pdf?","as":"Letter {{.name}}.pdf"},{"fill":"invite.ics","as":"invitation.ics"}]`
	text, err := json.Marshal(list)
	if err != nil || string(text) != want {
		t.Errorf("%s (%v), want %s", text, err, want)
	}
	var back []Enclosure
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list, back); diff != "" {
		t.Error(diff)
	}
}
