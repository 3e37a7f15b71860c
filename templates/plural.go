package templates

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/go-playground/locales"
)

// plural chooses the form that goes with a count, which comes last: plural
// "guest" "guests" .n. Where the language has more forms they stand in CLDR's
// order, as in plural "gość" "goście" "gości" .n (one, few, many; a fourth is
// for fractions). The last form stands for those that are not given.
// Source: https://cldr.unicode.org/index/cldr-spec/plural-rules.
func (l *language) plural(args ...any) (string, error) {
	if len(args) < 2 {
		return "", fmt.Errorf(`write {{plural "guest" "guests" .n}}: the forms, then the count`)
	}
	forms, count := args[:len(args)-1], args[len(args)-1]
	n, err := toNumber(count)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(forms[min(l.form(n), len(forms)-1)]), nil
}

// form is the number of the form of a count, from 0. In a language that has
// but one, the first of two is still that for 1.
func (l *language) form(n *big.Rat) int {
	one := n.Cmp(big.NewRat(1, 1)) == 0
	if l == nil || len(l.names.PluralsCardinal()) == 1 {
		if one {
			return 0
		}
		return 1
	}
	digits := uint64(0)
	if !n.IsInt() {
		digits = 2
	}
	f, _ := new(big.Rat).Abs(n).Float64()
	rule := l.names.CardinalPluralRule(f, digits)
	if rule == locales.PluralRuleUnknown {
		return 1
	}
	return max(0, slices.Index(l.names.PluralsCardinal(), rule))
}
