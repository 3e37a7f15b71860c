package prepare

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestPick(t *testing.T) {
	files := base("")
	files["people.csv"] = "name,email,office\nAni,ani@example.org,o@example.org\nBudi,budi@example.org,\nbad,none,x\n" +
		"Citra Ayu,citra@example.org,o@example.org\nÉléonore,d@example.org,o@example.org\nEko," + strings.Repeat("e", 40) + "@example.org,o@example.org\n"
	files["campaign.yaml"] = strings.Replace(files["campaign.yaml"], "people.csv}", "people.csv, name: name}", 1)
	p := load(t, files)
	for _, test := range []struct {
		choice Choice
		want   string
	}{
		{Choice{Most: 2}, "2: 3:the most empty cells 7:the longest row, the longest cell 5:the longest name 6:the most letters beyond a-z"},
		{Choice{Most: 2, Edge: true}, "7:the longest row, the longest cell 5:the longest name 3:the most empty cells 6:the most letters beyond a-z"},
		{Choice{Row: 5}, "5:"},
		{Choice{To: "budi@example.org"}, "3:"},
	} {
		got, err := p.Pick(t.Context(), test.choice)
		if err != nil || got.Messages != 5 || len(got.Problems) != 1 {
			t.Fatal(got, err)
		}
		var list []string
		for _, pick := range got.Picks {
			list = append(list, fmt.Sprintf("%d:%s", pick.Recipient.Number, pick.Why))
		}
		if text := strings.Join(list, " "); text != test.want {
			t.Errorf("%+v:\n got %s\nwant %s", test.choice, text, test.want)
		}
	}
	for _, none := range []Choice{{Row: 4}, {Row: 99}, {To: "none"}} {
		if _, err := p.Pick(t.Context(), none); !errors.Is(err, ErrNoRow) {
			t.Errorf("%+v: %v", none, err)
		}
	}
}
