package recipients

import (
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/net/publicsuffix"
)

// wellKnown are the mail domains of most private addresses, whose typing
// errors are looked for.
var wellKnown = []string{
	"gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "live.com",
	"yahoo.co.id", "yahoo.co.uk", "yahoo.co.jp", "protonmail.com", "hotmail.co.uk", "outlook.co.id",
}

// neighbours look like a typing error of a well-known domain, and are real.
var neighbours = map[string]bool{
	"mail.com": true, "email.com": true, "ymail.com": true, "rocketmail.com": true, "fmail.com": true,
	"gmx.com": true, "hotmail.co": true, "live.co": true, "like.com": true, "love.com": true, "line.com": true,
	"life.com": true, "olive.com": true, "five.com": true, "dive.com": true, "hive.com": true, "give.com": true,
	"liven.com": true, "lives.com": true, "lite.com": true, "alive.com": true, "outlook.co": true,
	"yahoo.com.id": false,
}

// reserved endings are in no public list and are valid (RFC 2606, RFC 6761).
var reserved = map[string]bool{
	"test": true, "example": true, "invalid": true, "localhost": true, "local": true, "internal": true, "lan": true, "home": true, "onion": true,
}

// domains remembers the verdict on each domain; lists hold few different ones.
type domains map[string]flaw

// maxDomains bounds what is remembered.
const maxDomains = 20000

// note gives what is doubtful about an address: a domain that looks like a
// typing error, an ending that does not exist, letters before the @ that not
// every server takes. The zero flaw is none.
func (d domains) note(address string) flaw {
	at := strings.LastIndexByte(address, '@')
	domain := address[at+1:]
	found, known := d[domain]
	if !known {
		found = doubtful(domain)
		if len(d) < maxDomains {
			d[strings.Clone(domain)] = found
		}
	}
	if found.message == "" && !ascii(address[:at]) {
		return flaw{
			message: "has letters before the @ that are not ASCII: not every mail server takes it",
			hint:    "ask for another address if the person has one",
		}
	}
	return found
}

// doubtful judges a normalised domain.
func doubtful(domain string) flaw {
	if neighbours[domain] {
		return flaw{}
	}
	for _, known := range wellKnown {
		if domain == known {
			return flaw{}
		}
	}
	for _, known := range wellKnown {
		if slip(domain, known) {
			return flaw{
				message: "looks like a typing error: " + known + " is meant?",
				hint:    "correct the address if it is one; it is written to as it stands",
			}
		}
	}
	suffix, listed := publicsuffix.PublicSuffix(domain)
	if ending := domain[strings.LastIndexByte(domain, '.')+1:]; !listed && !strings.Contains(suffix, ".") && !reserved[ending] {
		return flaw{
			message: "ends in ." + ending + ", which is no ending of the internet",
			hint:    "correct the address if it is mistyped; it is written to as it stands",
		}
	}
	return flaw{}
}

// slip says whether one letter too many, too few, wrong, or two swapped make
// one domain of the other; and the usual wrong endings.
func slip(domain, known string) bool {
	if levenshtein.ComputeDistance(domain, known) == 1 {
		return true
	}
	if len(domain) == len(known) {
		for i := range len(known) - 1 {
			if domain == known[:i]+known[i+1:i+2]+known[i:i+1]+known[i+2:] {
				return true
			}
		}
	}
	name, ending, _ := strings.Cut(known, ".")
	return ending == "com" && (domain == name+".comm" || domain == name+".co.com" || domain == name+".con" || domain == name+".om")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
