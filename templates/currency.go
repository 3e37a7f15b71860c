package templates

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
	xlanguage "golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Where a language puts the sign of a currency (CLDR, currencyFormat), and
// whether a blank parts it from the number; all others write it behind, with
// one. Of those before without a blank a word of letters gets one all the same.
var signs = map[string]struct{ spaced bool }{
	"en": {}, "id": {true}, "ja": {}, "ko": {}, "ms": {true}, "nl": {true}, "pt": {true}, "tr": {}, "zh": {},
}

// currency writes an amount of money as the language does: currency "IDR" .fee
// is Rp 1.250.000 in Indonesian. The code is of ISO 4217. A whole amount has no
// decimals where that currency is counted without them in shops; else as many
// as the currency has. A cell may bring a sign of its own, as in $34.30; an
// empty one stays empty.
func (l *language) currency(code string, value any) (string, error) {
	unit, err := currency.ParseISO(strings.TrimSpace(code))
	if err != nil {
		return "", fmt.Errorf("%q is no currency; write its three letters, as IDR, EUR or USD", code)
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	if text == "" {
		return "", nil
	}
	if _, is := value.(string); is {
		if value = unsigned(text); value == "" {
			return "", fmt.Errorf("%q is no amount of money", text)
		}
	}
	amount, err := toNumber(value)
	if err != nil {
		return "", err
	}
	tag, group, point := "en", ",", "."
	if l != nil {
		tag, group, point = l.names.Locale(), l.group, l.point
	}
	decimals, _ := currency.Standard.Rounding(unit)
	if cash, _ := currency.Cash.Rounding(unit); amount.IsInt() {
		decimals = cash
	}
	number := grouped(new(big.Rat).Abs(amount), group, point, decimals)
	sign := message.NewPrinter(xlanguage.Make(tag)).Sprint(currency.Symbol(unit))
	number = signed(tag, sign, number)
	if amount.Sign() < 0 {
		number = "-" + number
	}
	return number, nil
}

func signed(tag, sign, number string) string {
	const blank = "\u00a0"
	place, before := signs[tag]
	switch last, _ := utf8.DecodeLastRuneInString(sign); {
	case !before:
		return number + blank + sign
	case place.spaced || unicode.IsLetter(last):
		return sign + blank + number
	}
	return sign + number
}

// unsigned takes a currency's sign or letters off either end of a cell.
func unsigned(cell string) string {
	minus := strings.HasPrefix(cell, "-") || strings.HasPrefix(cell, "−")
	cell = strings.TrimFunc(cell, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) || r == '-' || r == '−' || r == '.'
	})
	if minus {
		return "-" + cell
	}
	return cell
}
