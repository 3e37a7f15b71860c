package proof

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"runtime"
	"slices"
	"strings"
)

// The login of every test that has one. The password has characters that each
// way of writing it down treats in its own way.
const (
	login        = "office@school.example"
	planted      = `Pl4nted+pass/wo"rd=Ü9`
	passwordName = "TEBAR_PROOF_PASSWORD"
)

// carriers are the ways in which a machine may come to the password. A folder
// of a Windows machine has no cat.
func carriers() []string {
	ways := []string{"env:" + passwordName, "file:key"}
	if runtime.GOOS != "windows" {
		ways = append(ways, "command:cat key")
	}
	return ways
}

// carrier is one of them.
func carrier(nth int) string { return carriers()[nth%len(carriers())] }

// carry puts the password where the reference says, and nowhere else.
func (m *machine) carry(reference string) {
	m.t.Helper()
	if strings.HasPrefix(reference, "env:") {
		return
	}
	m.env = slices.DeleteFunc(m.env, func(v string) bool { return strings.HasPrefix(v, passwordName+"=") })
	m.write("key", planted+"\n")
	m.plain = append(m.plain, "key")
}

// writtenAs are the forms in which a password may turn up: as it is, escaped,
// and in base64 wherever it stands in what was encoded.
func writtenAs(secret string) []string {
	var qp, js strings.Builder
	w := quotedprintable.NewWriter(&qp)
	_, _ = io.WriteString(w, secret)
	_ = w.Close()
	enc := json.NewEncoder(&js)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(secret)
	escaped, _ := json.Marshal(secret)
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), qp.String(),
		strings.Trim(strings.TrimSpace(js.String()), `"`), string(escaped[1 : len(escaped)-1]), strings.Trim(fmt.Sprintf("%+q", secret), `"`),
		hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))), strings.ReplaceAll(secret, "'", "''"),
	}
	forms = append(forms, inBase64(secret)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

// inBase64 are the characters that depend on the secret alone, for each of the
// three places that its first byte may have in a group.
func inBase64(secret string) []string {
	var forms []string
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			whole := e.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
			first, last := (before*8+5)/6, (before+len(secret))*8/6
			forms = append(forms, whole[first:last])
		}
	}
	return forms
}
