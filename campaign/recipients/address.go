package recipients

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

const (
	maxLocal   = 64  // octets before the @ (RFC 5321, section 4.5.3.1.1)
	maxAddress = 254 // octets (RFC 5321, section 4.5.3.1.3, less the angle brackets)
	maxLabel   = 63  // octets between two dots (RFC 1035, section 2.3.4)
)

// separators part several addresses in one cell.
const separators = ",; \t\r\n|"

// What is wrong with an address, and what to do.
var (
	errNoAddress  = errors.New("there is no address: write one, as name@domain")
	errNoAt       = errors.New("it has no @: write it as name@domain")
	errTwoAt      = errors.New("it has more than one @: correct it, or give each address a row of its own")
	errSeveral    = errors.New("it holds several addresses: give each a row of its own")
	errNoLocal    = errors.New("nothing stands before the @: write it as name@domain")
	errNoDomain   = errors.New("nothing stands behind the @: write it as name@domain")
	errNoDot      = errors.New("the domain has no dot: write the whole domain, such as example.org")
	errLiteral    = errors.New("the domain is an IP address: use the domain's name")
	errQuoted     = errors.New("the part before the @ is in quotes, which many servers refuse: ask for another address")
	errLocalLong  = errors.New("the part before the @ is longer than 64 characters: correct it")
	errLong       = errors.New("it is longer than 254 characters: correct it")
	errDots       = errors.New("a dot stands at the beginning or the end of the part before the @, or two together: correct it")
	errEmptyLabel = errors.New("two dots stand together in the domain, or one at its end: correct it")
)

// Address normalises one address: trimmed of spaces and invisible characters,
// of `mailto:`, of a comma, semicolon or dot behind it and of a name before
// <...>, NFC, lower case, the domain as
// A-labels (IDNA 2008, Lookup profile). Dots and +tags stay. The error says
// what is wrong and what to do. An address whose local part is not ASCII
// needs SMTPUTF8 (RFC 6531).
func Address(text string) (string, error) {
	address, _, err := parseAddress(text)
	return address, err
}

// parseAddress is Address, and the name of a `Name <address>`.
func parseAddress(text string) (address, name string, err error) {
	text, name = trimAddress(text)
	if text == "" {
		return "", name, errNoAddress
	}
	if strings.IndexByte(name, '@') >= 0 && !strings.EqualFold(name, text) {
		if _, err := Address(name); err == nil {
			return "", "", errSeveral // "a@example.org <b@example.org>"
		}
	}
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return "", name, errNoAt
	}
	local, domain := text[:at], text[at+1:]
	if local, err = normalLocal(local); err != nil {
		return "", name, err
	}
	if domain, err = normalDomain(domain); err != nil {
		return "", name, err
	}
	if len(local)+1+len(domain) > maxAddress {
		return "", name, errLong
	}
	return local + "@" + domain, name, nil
}

// trimAddress takes off what stands around an address in lists.
func trimAddress(text string) (address, name string) {
	text = trimInvisible(text)
	if open := strings.LastIndexByte(text, '<'); open >= 0 && open == strings.IndexByte(text, '<') && strings.HasSuffix(text, ">") {
		name = strings.Trim(trimInvisible(text[:open]), `"'`)
		text = trimInvisible(text[open+1 : len(text)-1])
	}
	if len(text) >= 7 && strings.EqualFold(text[:7], "mailto:") {
		text = trimInvisible(text[7:])
	}
	text = trimInvisible(strings.TrimRight(text, ",;"))
	return trimInvisible(strings.TrimSuffix(text, ".")), name
}

// trimInvisible trims spaces of any kind, control and format characters
// (U+FEFF, U+200B, U+00AD, bidirectional marks).
func trimInvisible(s string) string {
	if s == "" || visible(s[0]) && visible(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
}

func visible(b byte) bool { return b > ' ' && b < 0x7F }

// normalLocal checks the part before the @: a dot-atom (RFC 5322, section
// 3.2.3), with letters of any script (RFC 6531, section 3.3).
func normalLocal(s string) (string, error) {
	if s == "" {
		return "", errNoLocal
	}
	ascii, upper := true, false
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	if !ascii {
		s = norm.NFC.String(strings.ToLower(norm.NFC.String(s)))
	} else if upper {
		s = strings.ToLower(s)
	}
	if err := checkLocal(s); err != nil {
		return "", err
	}
	switch {
	case len(s) > maxLocal:
		return "", errLocalLong
	case s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, ".."):
		return "", errDots
	}
	return s, nil
}

// checkLocal looks at each character.
func checkLocal(s string) error {
	if s[0] == '"' {
		return errQuoted
	}
	for _, r := range s {
		switch {
		case strings.ContainsRune(separators, r) && strings.Contains(s, "@"):
			return errSeveral
		case r == '@' && strings.ContainsAny(s, separators):
			return errSeveral
		case r == '@':
			return errTwoAt
		case r < utf8.RuneSelf:
			if !isAtom(byte(r)) {
				return forbidden(r)
			}
		case r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r):
			return forbidden(r)
		}
	}
	return nil
}

// isAtom says whether an ASCII character may stand before the @ (atext of RFC
// 5322, section 3.2.3, and the dot).
func isAtom(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", b) >= 0
}

// forbidden names a character that no address may hold.
func forbidden(r rune) error {
	switch {
	case r == ' ':
		return errors.New("a space stands in it: delete it, or give each address a row of its own")
	case r == utf8.RuneError:
		return errors.New("it holds a character that could not be read: type the address again")
	case unicode.IsSpace(r) || !unicode.IsGraphic(r):
		return fmt.Errorf("it holds an invisible character (%U): type the address again", r)
	}
	return fmt.Errorf("%q may not stand in it: correct it", r)
}

// normalDomain makes the domain lower case and A-labels, and checks them.
func normalDomain(s string) (string, error) {
	if s == "" {
		return "", errNoDomain
	}
	if s[0] == '[' {
		return "", errLiteral
	}
	if err := checkDomain(s); err != nil {
		return "", err
	}
	if plain, lower := plainDomain(s); plain {
		return checkLabels(lower)
	}
	ascii, err := idna.Lookup.ToASCII(norm.NFC.String(s))
	if err != nil {
		return "", fmt.Errorf("the domain %s is not a valid name: correct it", shown(s))
	}
	return checkLabels(strings.ToLower(ascii))
}

// plainDomain says whether a domain is ASCII letters, digits, hyphens and
// dots without A-labels, so that it needs no mapping.
func plainDomain(s string) (bool, string) {
	upper := false
	for i := range len(s) {
		b := s[i]
		upper = upper || 'A' <= b && b <= 'Z'
		if !('a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '-' || b == '.') {
			return false, ""
		}
	}
	if upper {
		s = strings.ToLower(s)
	}
	return !strings.Contains(s, "xn--"), s
}

// checkDomain names characters that no domain holds before IDNA maps them away.
func checkDomain(s string) error {
	for _, r := range s {
		switch {
		case r == ',' || r == ';':
			return errSeveral
		case r == '_':
			return errors.New("an underscore stands in the domain: correct it")
		case r <= ' ' || r == 0x7F || r == utf8.RuneError || r >= utf8.RuneSelf && (!unicode.IsGraphic(r) || unicode.IsSpace(r)):
			return forbidden(r)
		case r < utf8.RuneSelf && r != '.' && r != '-' && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'):
			return forbidden(r)
		}
	}
	return nil
}

// checkLabels checks a domain of A-labels (RFC 1035, section 2.3.1; RFC 3696,
// section 2: the last label is not all digits).
func checkLabels(s string) (string, error) {
	label, dots, letters := 0, 0, false
	for i := range len(s) + 1 {
		if i < len(s) && s[i] != '.' {
			letters = letters || s[i] > '9'
			label++
			continue
		}
		if label == 0 {
			return "", errEmptyLabel
		}
		if label > maxLabel {
			return "", errors.New("a part of the domain is longer than 63 characters: correct it")
		}
		if s[i-1] == '-' || s[i-label] == '-' {
			return "", errors.New("a part of the domain begins or ends with a hyphen: correct it")
		}
		if i < len(s) {
			dots, label, letters = dots+1, 0, false
		}
	}
	switch {
	case dots == 0:
		return "", errNoDot
	case !letters:
		return "", errLiteral
	case label < 2:
		return "", errors.New("the domain's ending is one letter only: write the whole domain")
	}
	return s, nil
}
