package main

import (
	"encoding/json"
	"testing"
)

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"Siti 日本 é\n\t", "Siti 日本 é\n\t"},
		{"\x1b[2J", `\u001b[2J`},
		{"a\rb\x00\x7f", `a\u000db\u0000\u007f`},
		{"\u009b2J\u0085\u2028", `\u009b2J\u0085\u2028`},
		{"\u202eabc\u200b\ufeff", `\u202eabc\u200b\ufeff`},
		{"\U000e0041", `\udb40\udc41`},
		{"a\xffb\ufffd", `a\xffb` + "\ufffd"},
		{"م\u200cی 👩\u200d👧", "م\u200cی 👩\u200d👧"},
	} {
		if got := visible(tt.text); got != tt.want {
			t.Errorf("visible(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	text, _ := json.Marshal("\x1b\u009b\u202e\U000e0041\x7f")
	var back string
	if err := json.Unmarshal([]byte(visible(string(text))), &back); err != nil || back != "\x1b\u009b\u202e\U000e0041\x7f" {
		t.Errorf("JSON comes back as %q, %v", back, err)
	}
}
