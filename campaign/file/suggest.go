package file

import (
	"regexp"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest gives the candidate that a word was probably meant to be, or "".
func nearest(word string, candidates []string) string {
	flat := func(s string) string {
		return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
	}
	best, least := "", tolerance(len(word))+1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(flat(word), flat(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// tolerance is how many letters may be wrong in a word of n.
func tolerance(n int) int {
	switch {
	case n <= 4:
		return 1
	case n <= 9:
		return 2
	}
	return n / 3
}

// synonyms are words that people try, and the key they mean; of several the
// first that is known in the place.
var synonyms = map[string]string{
	"to": "recipients", "list": "recipients", "contacts": "recipients", "csv": "recipients", "people": "recipients",
	"template": "body fill", "filename": "as", "rename": "as", "letter": "body", "message": "body", "text_body": "body", "attachment": "attachments", "files": "attachments",
	"smtp": "sender", "account": "sender", "server": "sender", "limit": "limits", "rate": "limits", "quota": "limits", "max": "limits",
	"tz": "timezone", "zone": "timezone", "begin": "start", "until": "end", "delay": "pace", "pause": "pace", "throttle": "pace",
	"user": "username", "login": "username", "pass": "password", "tls": "security", "ssl": "security", "id": "name", "title": "subject",
	"reply-to": "reply_to", "filter": "where", "separator": "delimiter", "charset": "encoding", "column": "email", "address": "email",
	"holidays": "skip_dates", "weekdays": "days", "md": "markdown", "retries": "retry", "tries": "attempts", "count": "attempts",
}

// unknownKey says what was probably meant, and where a key belongs that is
// known elsewhere.
func (r *reader) unknownKey(n *node, p pair, keys []string) {
	name := shorten(p.key.text)
	meant := ""
	for _, word := range strings.Fields(synonyms[strings.ToLower(name)]) {
		if meant == "" && contains(keys, word) {
			meant = word
		}
	}
	if meant == "" {
		meant = nearest(name, keys)
	}
	if meant != "" {
		r.meant[below(n.path, meant)] = true
		r.fail(p.key, "", "unknown key `%s`; did you mean `%s`?", name, meant)
		return
	}
	if homes := homesOf(name, section(n.path)); len(homes) > 0 {
		r.fail(p.key, "", "unknown key `%s` here; it belongs in %s", name, strings.Join(homes, " or "))
		return
	}
	r.fail(p.key, "known here: "+list(keys), "unknown key `%s`", name)
}

var looksSecret = regexp.MustCompile(`(?i)pass|pasw|pwd|secret|token|credential|sandi|api_?key`)

// hidePasswords keeps what stands behind `password`, misspelt or in a strange
// place, out of every message and excerpt, unless it is a reference.
func (r *reader) hidePasswords(n *node) {
	for _, i := range n.items {
		r.hidePasswords(i)
	}
	for _, p := range n.pairs {
		secret := looksSecret.MatchString(p.key.text) || nearest(p.key.text, []string{"password"}) != ""
		if secret && (p.value.kind != textNode || !isReference(p.value.text)) {
			r.hideAll(p.value)
		}
		r.hidePasswords(p.value)
	}
}

func (r *reader) hideAll(n *node) {
	for _, line := range strings.Split(n.text, "\n") {
		r.src.addSecret(line)
	}
	for _, i := range n.items {
		r.hideAll(i)
	}
	for _, p := range n.pairs {
		r.hideAll(p.key)
		r.hideAll(p.value)
	}
}

var index = regexp.MustCompile(`\[\d+\]`)

// section is a path without its indexes: "recipients[1]" is in "recipients".
func section(path string) string { return index.ReplaceAllString(path, "") }

// homesOf names the maps, other than here, that have a key of this name.
func homesOf(name, here string) []string {
	var homes []string
	for _, t := range tables() {
		if t.section == here || !contains(t.keys, name) {
			continue
		}
		if t.section == "" {
			return []string{"the top level of the file"}
		}
		homes = append(homes, "`"+t.section+"`")
	}
	return homes
}

// A table is what one map of the campaign file knows.
type table struct {
	section string
	keys    []string
}

// tables lists every map of the campaign file.
func tables() []table {
	return []table{
		{"", names(campaignKeys())},
		{"body", names(bodyKeys())},
		{"attachments", names(enclosureKeys())},
		{"recipients", names(listKeys())},
		{"recipients.exclude", names(excludeKeys())},
		{"sender", names(senderKeys())},
		{"schedule", names(scheduleKeys())},
		{"retry", names(retryKeys())},
		{"stop_when", names(stopKeys())},
		{"unsubscribe", names(unsubscribeKeys())},
	}
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

func list(words []string) string { return strings.Join(words, ", ") }

// shorten keeps a text of the file fit for a message: one line, at most 60
// characters.
func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:57]) + "..."
	}
	return text
}
