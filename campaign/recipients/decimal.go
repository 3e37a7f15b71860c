package recipients

import (
	"math"
	"strconv"
	"strings"
)

// A decimal is a number in decimal digits, without sign: 0.digits * 10^point.
type decimal struct {
	digits string
	point  int
}

// decimalOf takes the digits that Excel works with: 15 significant ones, and
// all of a whole number that is written out.
func decimalOf(raw string, number float64) decimal {
	whole := strings.TrimLeft(strings.TrimLeft(raw, "+-"), "0")
	if whole != "" && strings.Trim(whole, "0123456789") == "" {
		return decimal{whole, len(whole)}
	}
	if number == 0 {
		return decimal{}
	}
	number = math.Abs(number)
	if number == math.Trunc(number) && number >= 1e15 && number < 1e21 {
		whole = strconv.FormatFloat(number, 'f', -1, 64)
		return decimal{whole, len(whole)}
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(number, 'e', 14, 64), "e")
	power, _ := strconv.Atoi(exponent)
	return decimal{strings.Replace(mantissa, ".", "", 1), power + 1}
}

// round gives the digits before and behind the point, with so many places,
// halves rounded up.
func (d decimal) round(places int) (whole, fraction string) {
	cut := d.point + places
	digits := d.digits
	switch {
	case cut < 0:
		digits, cut = "", 0
	case cut > len(digits):
		digits += strings.Repeat("0", cut-len(digits))
	}
	up := cut < len(digits) && digits[cut] >= '5'
	digits = digits[:min(cut, len(digits))]
	if up {
		digits = increment(digits)
	}
	if missing := places - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - places
	return strings.TrimLeft(digits[:at], "0"), digits[at:]
}

// increment adds one to the last digit.
func increment(digits string) string {
	b := []byte(digits)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

// generalWidth is how many characters General shows of a number that is not
// whole: Excel's own width.
const generalWidth = 11

// general shows a number without a format: whole numbers with all digits,
// others rounded to Excel's width.
func general(raw string, number float64) string {
	d := decimalOf(raw, number)
	sign := ""
	if number < 0 {
		sign = "-"
	}
	if number == 0 {
		return "0"
	}
	if small := math.Abs(number) < 1e-4; small || d.point > 20 {
		if s := strconv.FormatFloat(number, 'f', -1, 64); small && len(strings.TrimLeft(s, "-")) <= generalWidth {
			return s
		}
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(number, 'E', 5, 64), "E")
		return strings.TrimRight(strings.TrimRight(mantissa, "0"), ".") + "E" + exponent
	}
	whole, fraction := d.round(max(0, generalWidth-1-max(1, d.point)))
	if whole == "" {
		whole = "0"
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}
