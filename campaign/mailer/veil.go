package mailer

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
)

// leastVeiled is how long a password, or a form of it, must be to be looked
// for in what a server says, in bytes: a shorter one is found in plain words.
const leastVeiled = 6

// newVeil takes a password out of a server's words in every form in which it
// was sent or programs write such things down, before anything is cut off
// them or put in quotes. nil = nothing to hide.
func newVeil(password string) *strings.Replacer {
	var pairs []string
	for _, form := range formsOf(password) {
		if len(form) >= leastVeiled {
			pairs = append(pairs, form, "***")
		}
	}
	if len(password) < leastVeiled {
		return nil
	}
	return strings.NewReplacer(pairs...)
}

func formsOf(password string) []string {
	quoted := strconv.Quote(password)
	code := hex.EncodeToString([]byte(password))
	forms := []string{password, quoted[1 : len(quoted)-1], code, strings.ToUpper(code), url.QueryEscape(password), url.PathEscape(password)}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			forms = append(forms, coreOf(e, before, password))
		}
	}
	return forms
}

// coreOf are the base64 characters that the password alone decides when it
// stands before bytes into a group of three.
func coreOf(e *base64.Encoding, before int, password string) string {
	whole := e.EncodeToString([]byte("\x00\x00"[:before] + password))
	return whole[(before*8+5)/6 : (before+len(password))*8/6]
}

// veiled is what may be kept of a text that comes from the server.
func (w *wire) veiled(text string) string {
	if w.veil == nil {
		return text
	}
	return w.veil.Replace(text)
}
