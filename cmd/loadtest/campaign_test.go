package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMakeCampaign: the list has everybody once, with six filled columns, and
// each message is one that the peer can render.
func TestMakeCampaign(t *testing.T) {
	const n = 1500
	c, err := makeCampaign(filepath.Join(t.TempDir(), "campaign"), n, 7400)
	if err != nil {
		t.Fatal(err)
	}
	l, err := parseLetter(c.folder)
	if err != nil {
		t.Fatal(err)
	}
	people := make(chan map[string]string)
	go func() {
		if err := readList(context.Background(), filepath.Join(c.folder, listName), people); err != nil {
			t.Error(err)
		}
	}()
	seen := map[string]bool{}
	for p := range people {
		seen[p["email"]] = true
		if len(p) != 6 || slices.Contains([]string{p["first_name"], p["last_name"], p["city"], p["code"], p["link"]}, "") {
			t.Fatalf("row %v", p)
		}
		if _, err := l.message(p); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != n {
		t.Errorf("%d people, want %d", len(seen), n)
	}
}

// TestCompose: the files grow with the message that is asked for.
func TestCompose(t *testing.T) {
	for _, size := range []int{smallest, 7400, 100_000} {
		html, text := compose(size)
		if got, want := len(html)+len(text), int((htmlShare+textShare)*float64(size)); got > want+want/10 || got < want-want/4 {
			t.Errorf("for %d bytes: %d of HTML and %d of text, together about %d", size, len(html), len(text), want)
		}
		if !strings.HasSuffix(html, "</html>\n") || !strings.Contains(text, "{{.link}}") {
			t.Errorf("for %d bytes: cut off", size)
		}
	}
}

// TestCampaignFile: written anew for each server.
func TestCampaignFile(t *testing.T) {
	c := campaign{t.TempDir()}
	for _, addr := range []string{"127.0.0.1:2525", "127.0.0.1:2526"} {
		path, err := c.file(addr, 4)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(path)
		if _, port, _ := strings.Cut(addr, ":"); !strings.Contains(string(text), "port: "+port+"\n") {
			t.Errorf("for %s:\n%s", addr, text)
		}
	}
}
