package templates

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
)

// linkFunctions make links of kinds that html/template refuses when they come
// from a cell. What they make can be nothing but such a link.
var linkFunctions = map[string]any{"cid": cid, "tel": tel}

// cid is the link to an inline picture (RFC 2392): cid "logo.png".
func cid(v any) template.URL {
	return template.URL("cid:" + url.PathEscape(strings.TrimSpace(fmt.Sprint(v)))) // #nosec: escaped
}

// tel is the link that dials a number (RFC 3966): digits, and a + in front.
func tel(v any) template.URL {
	var b strings.Builder
	for _, r := range fmt.Sprint(v) {
		if r >= '0' && r <= '9' || r == '+' && b.Len() == 0 {
			b.WriteRune(r)
		}
	}
	return template.URL("tel:" + b.String()) // #nosec: digits alone
}
