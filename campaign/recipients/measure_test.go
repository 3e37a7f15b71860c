package recipients

import (
	"errors"
	"strings"
	"testing"
)

// What a part may hold is measured before anything of it is kept.
func TestMeasure(t *testing.T) {
	for _, tt := range []struct {
		name, xml string
		large     bool
	}{
		{name: "empty"},
		{name: "text", xml: "<a>" + strings.Repeat("x", maxSection/2) + "</a>"},
		{name: "a long text", xml: "<a>" + strings.Repeat("x", maxSection+1) + "</a>", large: true},
		{name: "a long tag", xml: "<a b='" + strings.Repeat("x", maxSection+1) + "'/>", large: true},
		{name: "a comment of tags", xml: "<!--" + strings.Repeat("<b>", maxSection) + "-->", large: true},
		{name: "CDATA of tags", xml: "<a><![CDATA[" + strings.Repeat("<b>", maxSection) + "]]></a>", large: true},
		{name: "a short comment", xml: "<a><!-- <b> --></a>"},
		{name: "tags", xml: strings.Repeat("<a/>", 99)},
		{name: "many tags", xml: strings.Repeat("<a/>", 101), large: true},
		{name: "cut off", xml: "<a><b"},
	} {
		if err := measure(strings.NewReader(tt.xml), 100); errors.Is(err, errTooLarge) != tt.large || err != nil && !tt.large {
			t.Errorf("%s: %v, want too large %v", tt.name, err, tt.large)
		}
	}
	if err := measure(strings.NewReader(strings.Repeat("<a>", maxNesting+1)), maxSheet); !errors.Is(err, errTooLarge) {
		t.Errorf("deep: %v", err)
	}
}
