package templates

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
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
	some := strings.ContainsAny(number, "123456789")
	number = signed(tag, sign, number)
	if amount.Sign() < 0 && some {
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

// amountOfMoney is a cell: a sign and the currency on either side of the number.
// A number that begins with its point (.50) is none, as elsewhere; what stands
// for no decimals (5,- and 5.--) goes.
var amountOfMoney = regexp.MustCompile(strings.ReplaceAll(strings.ReplaceAll(
	`^([-−+]?)_(WORD)?_([-−+]?)_(\d|\d.*\d)(?:[.,][-–—]{1,2})?_(WORD)?$`,
	"WORD", `\pL*\p{Sc}|\pL+\.?`), "_", `[\s\x{a0}\x{202f}]*`))

// moneyWords are the letters that stand for a currency in lists, beside the
// codes of ISO 4217. Others may be part of the amount: 10k, 5 rb, 1,5 jt.
var moneyWords = []string{
	"rp", "rm", "kr", "zł", "fr", "sfr", "kč", "ft", "lei", "tl", "đ", "р", "руб", "лв",
	"円", "元", "원", "euro", "euros", "dollar", "dollars",
}

// unsigned takes the currency off either end of a cell; "" where what is left
// may not be the amount that was meant.
func unsigned(cell string) string {
	m := amountOfMoney.FindStringSubmatch(cell)
	if m == nil || m[1] != "" && m[3] != "" || !moneyWord(m[2]) || !moneyWord(m[5]) {
		return ""
	}
	if sign := m[1] + m[3]; sign == "-" || sign == "−" {
		return "-" + m[4]
	}
	return m[4]
}

// moneyWord says that a word is a currency: one with a sign ($, US$), one of
// moneyWords, or a code.
func moneyWord(word string) bool {
	if word == "" || strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Sc, r) }) {
		return true
	}
	word = strings.ToLower(strings.TrimSuffix(word, "."))
	_, err := currency.ParseISO(word)
	return err == nil || slices.Contains(moneyWords, word)
}
